"""Named places inside the watch. Nothing happens here; the drill kills the process at each of them."""

POINTS = (
    "looked",
    "claimed",
    "read",
    "resolved",
    "escalated",
    "recorded",
    "told",
    "marked",
    "committed",
    "beaten",
    "beating",
    "waited",
)


def reached(point: str) -> None:
    """Where the drill puts its knife."""
