from __future__ import annotations

from django.db import models


class Tries(models.Model):
    """How often something was guessed lately. `key` is a keyed hash of what was guessed at (a user name, an address),
    so nothing that anybody typed is kept. Outside the wall: who guesses has not signed in."""

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField()
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["since"], name="tries_by_age")]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.tries}"
