class OneSchemaOwner:
    """Only the owner's alias carries migrations; every query goes where the code says, else to `default`."""

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == "owner"

    def allow_relation(self, one: object, other: object, **hints: object) -> bool:
        return True  # the aliases are roles of one database, not several databases
