"""How much one upload may be, hold and unpack to."""

from dataclasses import dataclass

from servicedesk.files.reasons import Reason, Refused

MIB = 1024 * 1024
SMALL = MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    size: int = 25 * MIB
    pixels: int = 52_000_000  # a 50-megapixel phone camera; 4 bytes each, twice in memory while turned upright
    frames: int = 300
    members: int = 2_000
    expanded: int = 200 * MIB
    searched: int = 64 * MIB  # of PDF objects and office relationships, which are read name by name
    ratio: int = 200
    nesting: int = 3


class Allowance:
    """What one upload may still unpack to, shared by everything nested in it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.members = limits.members
        self.expanded = limits.expanded
        self.searched = limits.searched

    def take_members(self, count: int) -> None:
        self.members -= count
        if self.members < 0:
            raise Refused(Reason.TOO_MANY_MEMBERS, members=self.limits.members)

    def take_bytes(self, count: int) -> None:
        self.expanded -= count
        if self.expanded < 0:
            raise Refused(Reason.EXPANDS_TOO_FAR)

    def take_search(self, count: int) -> None:
        self.searched -= count
        if self.searched < 0:
            raise Refused(Reason.EXPANDS_TOO_FAR)

    def refuse_ratio(self, expanded: int, packed: int) -> None:
        """Logs pack at 10:1 to 100:1, bombs at 1000:1; below a megabyte the ratio does no harm."""
        if expanded > SMALL and expanded > self.limits.ratio * packed:
            raise Refused(Reason.EXPANDS_TOO_FAR)

    def refuse_depth(self, depth: int) -> None:
        if depth > self.limits.nesting:
            raise Refused(Reason.NESTED_TOO_DEEP)
