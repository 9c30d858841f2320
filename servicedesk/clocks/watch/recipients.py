"""From roles to people, at the moment a rung is told: named posts of the desk, and whoever is on duty just then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connections

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
ON_DUTY = """
SELECT d.id, u.level, m.id
  FROM clocks_desk d
  JOIN clocks_duty u ON u.team_id = d.team_id AND u.starts_at <= clock_timestamp() AND clock_timestamp() < u.ends_at
  JOIN tenancy_membership m ON m.id = u.member_id AND (m.until_at IS NULL OR clock_timestamp() < m.until_at)
 WHERE d.id = ANY (%s) ORDER BY d.id, u.level, m.id
"""
LEADS = """
SELECT d.id, m.id FROM clocks_desk d
  JOIN tenancy_membership m ON (m.vendor_id = d.vendor_id AND m.role = ANY (%s))
                            OR (m.hospital_id = d.hospital_id AND m.role = ANY (%s))
 WHERE d.id = ANY (%s) AND (m.until_at IS NULL OR clock_timestamp() < m.until_at) ORDER BY d.id, m.id
"""
LEVELS = {1: Recipient.ON_DUTY, 2: Recipient.SECOND_LINE}
BY_ROSTER = frozenset(LEVELS.values())

People = dict[tuple[UUID, Recipient], list[UUID]]


@dataclass(frozen=True)
class Told:
    people: list[UUID]
    nobody: list[Recipient]

    @property
    def has_hole(self) -> bool:
        """Nobody at all, or nobody on duty where somebody on duty was to be told."""
        return not self.people or any(role in BY_ROSTER for role in self.nobody)


def people_of(desks: Collection[UUID]) -> People:
    found: People = {}
    with connections[WATCH].cursor() as cursor:
        cursor.execute(POSTS, [list(desks)])
        for desk, role, person in cursor.fetchall():
            found.setdefault((desk, Recipient(role)), []).append(person)
        cursor.execute(ON_DUTY, [list(desks)])
        for desk, level, person in cursor.fetchall():
            if level in LEVELS:
                found.setdefault((desk, LEVELS[level]), []).append(person)
    return found


def told(planned: Planned, people: People) -> Told:
    """In the order of the roles; nobody twice. Where nobody has taken a matter yet, whoever is on duty stands in."""
    found: dict[UUID, None] = {}
    nobody = []
    for role in sorted(planned.rung.recipients):
        persons = _persons(planned, role, people)
        found.update(dict.fromkeys(persons))
        if not persons:
            nobody.append(role)
    return Told(list(found), nobody)


def _persons(planned: Planned, role: Recipient, people: People) -> list[UUID]:
    if role is Recipient.ASSIGNEE:
        return [planned.assignee] if planned.assignee else people.get((planned.desk, Recipient.ON_DUTY), [])
    return people.get((planned.desk, role), [])


def leads_of(desks: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Who hears the alarm when the roster has a hole: those who plan it, and the hospital's lead."""
    found: dict[UUID, list[UUID]] = {}
    with connections[WATCH].cursor() as cursor:
        cursor.execute(LEADS, [[Role.VENDOR_MANAGER, Role.PROJECT_MANAGER], [Role.IT_LEAD], list(desks)])
        for desk, person in cursor.fetchall():
            found.setdefault(desk, []).append(person)
    return found
