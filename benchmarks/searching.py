"""Search among many tickets, in L's milliseconds' company: a rare word, a common one, one of two letters, one of one.

    python -m servicedesk.embedded run --tests -- python -m benchmarks.searching     BENCH_TICKETS=100000 is the issue's

Works in a database of its own with the demo in it. Three hospitals hold the rows, one of them more than half.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import time
from typing import Any

TICKETS = int(os.environ.get("BENCH_TICKETS", "20000"))
ROUNDS = 15
QUERIES = {
    "a rare word": ("量子纠缠", 10),
    "a rare one, Latin": ("0x80070057", 10),
    "a common word": ("打印机", 20),
    "two letters": ("打印", 20),
    "one letter": ("打", 20),
    "one Latin letter": ("p", 20),
    "two common words": ("打印机 卡纸", 20),
    "a middling word": ("网关", 20),
    "common once, not lately": ("旧系统迁移", 20),
    "nothing": ("凤凰于飞", 10),
}
TITLES = (
    "胶片打印机卡纸", "打印机脱机打不出报告", "阅片工作站调图很慢", "报告无法保存", "图像缺失，重传后仍没有",
    "客户端一打开就闪退", "床旁监护数据没有接入", "医嘱同步延迟", "凭证导入失败", "大屏数据不刷新", "账号锁定",
    "登录时提示证书过期", "科室字典维护", "检查预约重复", "移动端无法推送", "工作量统计不一致", "危急值没有提醒",
    "胶片尺寸设置不对", "三维重建没有响应", "归档空间不足",
)  # fmt: skip
FILL = """
WITH made AS (SELECT n, gen_random_uuid() AS matter,
                     (lpad(to_hex(1750000000000 + n * 1000), 12, '0') || '70008000'
                      || lpad(to_hex(n + 100000000 * %(place)s), 12, '0'))::uuid AS id
                FROM generate_series(1, %(count)s) n),
     matters AS (INSERT INTO tenancy_matter (id, hospital_id, vendor_id, kind, label, url)
                 SELECT made.matter, %(hospital)s, %(vendor)s, 'ticket', 'bench', '/' FROM made)
INSERT INTO tickets_ticket
SELECT (jsonb_populate_record(t, jsonb_build_object('id', made.id, 'matter_id', made.matter, 'submission', NULL,
        'number', 'BENCH-20250101-' || %(place)s || made.n, 'due_at', NULL, 'parent_id', NULL, 'recurs_id', NULL,
        'title', (%(titles)s::text[])[1 + (made.n * 7919) %% cardinality(%(titles)s::text[])],
        'words', CASE WHEN made.n %% 20011 = 7 THEN '量子纠缠 0x80070057' WHEN made.n %% 97 = 0 THEN '网关不通'
                      WHEN made.n < %(count)s / 5 THEN '旧系统迁移遗留' ELSE '请尽快处理，影响上午的工作' END))).*
  FROM made, tickets_ticket t WHERE t.id = (SELECT id FROM tickets_ticket WHERE hospital_id = %(hospital)s
                                             AND vendor_id = %(vendor)s AND number NOT LIKE 'BENCH%%' LIMIT 1)
"""


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"], os.environ["DATABASE_WATCH_URL"] = _beside()
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, database="owner")
    from django.utils import timezone

    from servicedesk.demo import make_demo

    make_demo(at=timezone.now(), share=0.0)
    _fill()
    for name, (query, target) in QUERIES.items():
        rows = {who: _measured(who, query) for who in ("it", "engineer")}
        said = "  ".join(f"{who} {found:>3} rows {ms:>7.1f} ms" for who, (found, ms) in rows.items())
        print(f"{name:<26}{said}   target ≤ {target} L")


def _beside() -> list[str]:
    """The three addresses, of a database of our own."""
    import psycopg2

    from benchmarks.rig import make_database
    from servicedesk.tenancy.provision import grant_to_roles

    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_WATCH_URL")
    owner = make_database(os.environ["DATABASE_OWNER_URL"], "bench_searching")
    with psycopg2.connect(owner) as connection, connection.cursor() as cursor:
        grant_to_roles(cursor)
    return [re.sub(r"/[^/?]+(\?|$)", r"/bench_searching\1", os.environ[name], count=1) for name in names]


def _fill() -> None:
    from django.db import connections

    with connections["watch"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tickets_ticket")
        there = int(cursor.fetchone()[0])
        cursor.execute("SELECT hospital_id, vendor_id FROM tickets_ticket GROUP BY 1, 2 ORDER BY 1, 2")
        parties = cursor.fetchall()
        if there < TICKETS:
            started = time.perf_counter()
            for place, (hospital, vendor) in enumerate(parties):
                count = TICKETS * 6 // 10 if not place else TICKETS * 4 // 10 // max(1, len(parties) - 1)
                cursor.execute(
                    FILL,
                    {"count": count, "hospital": hospital, "vendor": vendor, "titles": list(TITLES), "place": place},
                )
            each = (time.perf_counter() - started) * 1000 / TICKETS
            print(f"filled with {TICKETS} tickets, {each:.2f} ms each with the search's own rows", file=sys.stderr)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


def _measured(who: str, query: str) -> tuple[int, float]:
    from django.db import transaction

    from servicedesk.accounts.models import User
    from servicedesk.tenancy import wall
    from tickets.searching import found_tickets

    user = User.objects.get(username=who)
    times: list[float] = []
    found: Any = ()
    for _ in range(ROUNDS):
        with transaction.atomic():
            person = wall.enter(user.pk, None)
            assert person is not None
            started = time.perf_counter()
            found = found_tickets(person, query).hits
            times.append((time.perf_counter() - started) * 1000)
    return len(found), statistics.median(times)


if __name__ == "__main__":
    main()
