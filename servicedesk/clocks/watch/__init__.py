"""The watch: it tells each rung of each clock's ladder the second it is due, whatever crashes.

All it knows is rows (`Step`), so any number of copies may run and any may be killed. Time is PostgreSQL's. A rung's
escalation, trail and outbox rows are written in the transaction that marks it as told: either all of it happened, or
nothing, and then the next look finds it again.
"""
