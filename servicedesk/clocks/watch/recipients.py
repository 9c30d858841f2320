"""From roles to people, at the moment a rung is told: named posts of the desk, and whoever is on duty just then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connections

from servicedesk.clocks.selectors.on_duty import on_duty
from servicedesk.clocks.watch.claiming import WATCH, Planned
from servicedesk.sla.ladder import Recipient
from servicedesk.tenancy.enums import Role

# People who have left are nobody.
POSTS = """
SELECT p.desk_id, p.role, m.id
  FROM clocks_post p JOIN tenancy_membership m ON m.id = coalesce(p.of_vendor_id, p.of_hospital_id)
 WHERE p.desk_id = ANY (%s) AND (m.until_at IS NULL OR clock_timestamp() < m.until_at)
 ORDER BY p.desk_id, p.role, m.id
"""
LEADS = """
SELECT d.id, m.id FROM clocks_desk d
  JOIN tenancy_membership m ON (m.vendor_id = d.vendor_id AND m.role = ANY (%s))
                            OR (m.hospital_id = d.hospital_id AND m.role = ANY (%s))
 WHERE d.id = ANY (%s) AND (m.until_at IS NULL OR clock_timestamp() < m.until_at) ORDER BY d.id, m.id
"""
LEVELS = {Recipient.ON_DUTY: 1, Recipient.SECOND_LINE: 2}
BY_ROSTER = {*LEVELS, Recipient.ASSIGNEE}  # who has not taken it is stood in for by whoever is on duty


@dataclass(frozen=True)
class People:
    posts: dict[tuple[UUID, Recipient], list[UUID]]
    duty: dict[tuple[UUID, int], list[UUID]]

    def of(self, planned: Planned, role: Recipient) -> list[UUID]:
        """Where nobody has taken a matter yet, whoever is on duty stands in."""
        if role is Recipient.ASSIGNEE:
            return [planned.assignee] if planned.assignee else self.of(planned, Recipient.ON_DUTY)
        if role in LEVELS:
            return self.duty.get((planned.team, LEVELS[role]), []) if planned.team else []
        return self.posts.get((planned.desk, role), [])


@dataclass(frozen=True)
class Told:
    people: list[UUID]
    nobody: list[Recipient]

    @property
    def has_hole(self) -> bool:
        """Nobody at all, or nobody on duty where somebody on duty was to be told."""
        return not self.people or any(role in BY_ROSTER for role in self.nobody)


def people_of(planned: Collection[Planned]) -> People:
    posts: dict[tuple[UUID, Recipient], list[UUID]] = {}
    with connections[WATCH].cursor() as cursor:
        cursor.execute(POSTS, [list({step.desk for step in planned})])
        for desk, role, person in cursor.fetchall():
            posts.setdefault((desk, Recipient(role)), []).append(person)
    now = max(step.now for step in planned)
    return People(posts, on_duty({step.team for step in planned if step.team}, now, using=WATCH))


def told(planned: Planned, people: People) -> Told:
    """In the order of the roles; nobody twice."""
    found: dict[UUID, None] = {}
    nobody = []
    for role in sorted(planned.rung.recipients):
        persons = people.of(planned, role)
        found.update(dict.fromkeys(persons))
        if not persons:
            nobody.append(role)
    return Told(list(found), nobody)


def leads_of(desks: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Who hears the alarm when the roster has a hole: those who plan it, and the hospital's lead."""
    found: dict[UUID, list[UUID]] = {}
    with connections[WATCH].cursor() as cursor:
        cursor.execute(LEADS, [[Role.VENDOR_MANAGER, Role.PROJECT_MANAGER], [Role.IT_LEAD], list(desks)])
        for desk, person in cursor.fetchall():
            found.setdefault(desk, []).append(person)
    return found
