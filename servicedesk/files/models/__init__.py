from servicedesk.files.models.stored import StoredFile

__all__ = ["StoredFile"]
