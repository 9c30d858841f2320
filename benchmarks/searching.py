"""Search among many tickets and maintenance records, as the page that a person opens: rare words, common ones, letters.

Part of `python -m benchmarks.tickets`, whose rows hold these words; in L of the same minute.
"""

from __future__ import annotations

from urllib.parse import quote

from benchmarks.rig import Site, median

ROUNDS, REQUESTS = 5, 20
QUERIES = {
    "a rare word": ("量子纠缠", 10),
    "a rare one, Latin": ("0x80070057", 10),
    "a common word": ("打印机", 20),
    "two letters": ("打印", 20),
    "one letter": ("打", 20),
    "one Latin letter": ("p", 20),
    "two common words": ("打印机 卡纸", 20),
    "a middling word": ("网关", 20),
    "common, not lately": ("旧系统迁移", 20),
    "nothing": ("凤凰于飞", 10),
}

OF_RECORDS = ("a rare word", "a common word", "two letters", "a middling word", "common, not lately", "nothing")


def report(vendors: Site, hospitals: Site, theirs: Site) -> None:
    """Interleaved, for a vendor's engineer and for the largest hospital's."""
    plan = [("L", theirs, "/rows/")]
    for name, (path, _) in _pages().items():
        plan += [(f"{name} vendor", vendors, path), (f"{name} hospital", hospitals, path)]
    for _, site, path in plan:
        site.round(path, REQUESTS // 4)
    figures: dict[str, list[tuple[float, float]]] = {name: [] for name, *_ in plan}
    for _ in range(ROUNDS):
        for name, site, path in plan:
            figures[name].append(site.round(path, REQUESTS))
    unit = median(figures["L"], 0)
    for name, (_, target) in _pages().items():
        costs = {who: median(figures[f"{name} {who}"], 0) / unit for who in ("vendor", "hospital")}
        said = "".join(f"{cost:>8.2f} L of the {who}'s" for who, cost in costs.items())
        print(f"{name:<22}{said}   target ≤ {target}", flush=True)


def _pages() -> dict[str, tuple[str, int]]:
    """Tickets by all of the words; the list of maintenance records by some."""
    tickets = {name: (f"/search/?q={quote(words)}", target) for name, (words, target) in QUERIES.items()}
    records = {f"records: {name}": (f"/records/?q={quote(QUERIES[name][0])}", QUERIES[name][1]) for name in OF_RECORDS}
    return tickets | {"records: all": ("/records/", 10)} | records
