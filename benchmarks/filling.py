"""Makes many tickets of a few: clones with their matters, clocks and lines, written as the server's administrator.

Rows are valid by every constraint (foreign keys are looked through once, for filling passes them by). 400,000 of a
million are of one hospital, 300,000 of each of two others; one in fifty is open.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg2

SHARES = {"pacs": 0.35, "icu": 0.05, "hrp": 0.30, "smart": 0.30}  # the first two are one hospital's
BATCH = 50_000
TITLES = (
    "胶片打印机卡纸", "打印机脱机打不出报告", "阅片工作站调图很慢", "报告无法保存", "图像缺失，重传后仍没有",
    "客户端一打开就闪退", "床旁监护数据没有接入", "医嘱同步延迟", "凭证导入失败", "大屏数据不刷新", "账号锁定",
    "登录时提示证书过期", "科室字典维护", "检查预约重复", "移动端无法推送", "工作量统计不一致", "危急值没有提醒",
    "胶片尺寸设置不对", "三维重建没有响应", "归档空间不足",
)  # fmt: skip
MADE = """
WITH made AS MATERIALIZED (
    SELECT n, n %% 50 = 0 AS is_open, gen_random_uuid() AS m, moment,
           (substr(ms, 1, 8) || '-' || substr(ms, 9, 4) || '-7' || substr(md5(n::text), 1, 3) || '-8'
            || substr(md5(%(code)s || n), 1, 3) || '-' || substr(md5(n || %(code)s), 1, 12))::uuid AS t,
           CASE WHEN n %% 50 = 0 THEN now() + interval '10 days' * random() - interval '1 hour' END AS due
      FROM (SELECT n, moment, lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') AS ms
              FROM (SELECT n, now() - interval '1 year' * (1 - n / %(all)s::float8) AS moment
                      FROM generate_series(%(after)s + 1, %(upto)s) n) x) y)"""
# Of each table what differs from the pattern's row; every other column is the pattern's.
DIFFERENT: dict[str, tuple[str, dict[str, str]]] = {
    "tenancy_matter": ("p.id = %(matter)s", {"id": "m", "next_due_at": "due"}),
    "clocks_clock": (
        "p.matter_id = %(matter)s",
        {
            "id": "gen_random_uuid()",
            "matter_id": "m",
            "counts_from": "moment",
            "armed_at": "moment",
            "due_at": "coalesce(due, moment)",
            "outcome": "CASE WHEN NOT is_open THEN 'met' END",
            "stopped_at": "CASE WHEN NOT is_open THEN moment END",
        },
    ),
    "tickets_entry": ("p.ticket_id = %(ticket)s", {"id": "gen_random_uuid()", "ticket_id": "t", "at": "moment"}),
    "tickets_ticket": (
        "p.id = %(ticket)s",
        {
            "id": "t",
            "matter_id": "m",
            "number": "%(code)s || '-' || lpad(n::text, 8, '0')",
            "submission": "NULL",
            "title": "(%(titles)s::text[])[1 + (n::bigint * 7919) %% cardinality(%(titles)s::text[])]",
            "words": "CASE WHEN n %% 20011 = 7 THEN '量子纠缠 0x80070057' WHEN n %% 97 = 0 THEN '网关不通'"
            " WHEN n < 2000 THEN '旧系统迁移遗留' ELSE '请尽快处理，影响上午的工作' END",
            "due_at": "due",
            "state": "CASE WHEN is_open THEN p.state ELSE 'closed' END",
            "closed_at": "CASE WHEN NOT is_open THEN moment END",
            **dict.fromkeys(("reported_at", "recorded_at", "changed_at"), "moment"),
        },
    ),
}
COLUMNS = """
SELECT column_name FROM information_schema.columns
 WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""
# What the triggers would have written down of each, had they been asked.
FINDABLE = """
INSERT INTO tickets_searchtext (id, hospital_id, vendor_id, ticket_id, side, text)
SELECT t.id, hospital_id, vendor_id, t.id, '', tickets_folded(concat_ws(' ', number, title, words, category_name,
       "where", reporter_name, assignee_name))
  FROM tickets_ticket t WHERE NOT EXISTS (SELECT FROM tickets_searchtext x WHERE x.id = t.id)
"""
# The maintenance record of each closed ticket, as frozen facts of a few kilobytes make it.
RECORDED = """
INSERT INTO tickets_maintenancerecord (id, hospital_id, vendor_id, ticket_id, contract_id, system_id, ending, number,
    title, system_name, category, category_name, severity, cause, remedy, solution, engineer_name, reported_at,
    solved_at, closed_at, closed_name, closed_why, signer_name, satisfaction, way, missed, cycles, is_recurring,
    facts, sha256)
SELECT gen_random_uuid(), hospital_id, vendor_id, id, contract_id, system_id, 'hospital', number,
       title, '', category, category_name, severity, 'software', 'configured', '已更换配件并重启，观察一天正常', '王工',
       reported_at, closed_at, closed_at, '刘敏', '已离岗', '', '', '', 0, 1, false,
       jsonb_build_object('title', title, 'lines', repeat('已到场检查。', 300)), md5(number) || md5(title)
  FROM tickets_ticket WHERE state = 'closed' AND closed_at IS NOT NULL
    ON CONFLICT DO NOTHING
"""
RECORDS_FINDABLE = """
INSERT INTO tickets_searchtext (id, hospital_id, vendor_id, ticket_id, side, text)
SELECT r.id, hospital_id, vendor_id, ticket_id, '', tickets_folded(concat_ws(' ', number, title, system_name,
       category_name, solution, engineer_name, signer_name, closed_name, closed_why))
  FROM tickets_maintenancerecord r WHERE NOT EXISTS (SELECT FROM tickets_searchtext x WHERE x.id = r.id)
"""
KEYS = """
SELECT c.conrelid::regclass::text, c.confrelid::regclass::text,
       string_agg(format('x.%%I = y.%%I', a.attname, b.attname), ' AND '),
       string_agg(format('x.%%I IS NOT NULL', a.attname), ' AND ')
  FROM pg_constraint c, unnest(c.conkey, c.confkey) WITH ORDINALITY k(own, theirs, n)
  JOIN pg_attribute a ON true JOIN pg_attribute b ON true
 WHERE c.contype = 'f' AND c.conrelid = ANY (%s::regclass[]) AND a.attrelid = c.conrelid AND a.attnum = k.own
   AND b.attrelid = c.confrelid AND b.attnum = k.theirs
 GROUP BY c.oid
"""
ORPHANS = "SELECT EXISTS (SELECT FROM {} x WHERE {} AND NOT EXISTS (SELECT FROM {} y WHERE {}))"
Patterns = dict[str, dict[str, str]]


def fill(address: str, patterns: Patterns, after: int, upto: int, whole: int) -> None:
    """From `after` to `upto` of a `whole` that is a year's."""
    with _administrator(address) as cursor:
        cursor.execute("SET session_replication_role = replica")
        statement = filling(cursor)
        for code, share in SHARES.items():
            first, last = int(after * share), int(upto * share)
            for place in range(first, last, BATCH):
                words = {**patterns[code], "code": code.upper(), "after": place, "upto": min(place + BATCH, last)}
                cursor.execute(statement, words | {"all": int(whole * share), "titles": list(TITLES)})
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def make_recorded(address: str) -> None:
    with _administrator(address) as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(RECORDED)
        cursor.execute("VACUUM ANALYZE tickets_maintenancerecord")


def make_findable(address: str) -> None:
    with _administrator(address) as cursor:
        cursor.execute(FINDABLE)
        cursor.execute(RECORDS_FINDABLE)
        cursor.execute("VACUUM ANALYZE tickets_searchtext")
        cursor.execute("CHECKPOINT")


def refuse_orphans(address: str) -> None:
    """Filling passes foreign keys by; what they would have refused is a mistake of this file's."""
    with _administrator(address) as cursor:
        cursor.execute(KEYS, [list(DIFFERENT)])
        for table, target, same, there in cursor.fetchall():
            cursor.execute(ORPHANS.format(table, there, target, same))
            assert not cursor.fetchone()[0], f"{table} points at nothing in {target}: {same}"


def _administrator(address: str) -> Any:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    return connection.cursor()


def filling(cursor: Any) -> str:
    """One statement that makes a batch of tickets with their matters, clocks and lines."""
    inserts = [_insert(cursor, table, *rest) for table, rest in DIFFERENT.items()]
    before = [f"into_{place} AS ({insert})" for place, insert in enumerate(inserts[:-1])]
    return ",\n".join([MADE, *before]) + "\n" + inserts[-1]


def _insert(cursor: Any, table: str, where: str, different: dict[str, str]) -> str:
    cursor.execute(COLUMNS, [table])
    names = [name for (name,) in cursor.fetchall()]
    values = [different.get(name, f'p."{name}"') for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({listed}) SELECT {', '.join(values)} FROM made, {table} p WHERE {where}"


def patterns() -> Patterns:
    """One reported ticket for each of the demo's contracts that may be reported under, through the service."""
    from django.db import transaction
    from django.utils import timezone

    from contracts.models import CatalogueItem, Contract
    from servicedesk.sla.promise import Channel, Severity
    from servicedesk.tenancy.models import Hospital
    from servicedesk.tenancy.wall import Context, opened
    from tickets.services.reporting import Report, report_fault

    made, now = {}, timezone.now()
    with transaction.atomic(), opened(Context.of_platform()):
        hospitals = list(Hospital.objects.values_list("pk", flat=True))
    for hospital in hospitals:
        with opened(Context.of_hospital(hospital)):
            for contract in Contract.objects.filter(blueprint__in=SHARES, activated_at__isnull=False):
                item = CatalogueItem.objects.filter(contract=contract, category="fault").first()
                severity = Severity.NONE if contract.blueprint in ("smart", "icu") else Severity.B
                category = item.category if item else "fault"
                report = Report(contract, category, "阅片工作站无法调图", Channel.WEB, severity)
                ticket = report_fault(report, by=None, at=now)
                made[contract.blueprint] = {"ticket": str(ticket.pk), "matter": str(ticket.matter_id)}
    return made


def far_down(username: str) -> str:
    """The address of the last page but one of this person's queue."""
    from django.db import transaction
    from django.http import QueryDict

    from servicedesk.accounts.models import User
    from servicedesk.tenancy import wall
    from servicedesk.ui.tables import SIZE, page_of
    from tickets.models import Ticket
    from tickets.models.ticket import IS_OPEN
    from tickets.views.queue import SORTS

    with transaction.atomic():
        person = wall.enter(User.objects.get(username=username).pk, None)
        assert person is not None
        rows = Ticket.objects.visible_to(person).filter(IS_OPEN, due_at__isnull=False)
        last = page_of(rows, QueryDict(""), sorts=SORTS, default="-due", size=2 * SIZE).rows[-1]
        return page_of(rows.filter(due_at__gte=last.due_at), QueryDict(""), sorts=SORTS, default="due", size=1).next


def main(words: list[str]) -> str:
    """What the benchmark asks of the product from its own process."""
    import json

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    django.setup()
    return far_down(words[1]) if words[:1] == ["--far"] else json.dumps(patterns())


if __name__ == "__main__":
    import sys

    print(main(sys.argv[1:]))
