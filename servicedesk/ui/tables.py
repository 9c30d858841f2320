"""Keyset paging and sorting for any list: no COUNT, no OFFSET, so the thousandth page costs what the first one costs.

    page = page_of(Entry.objects.visible_to(person), request.GET, sorts={"at": "at", "who": "by__name"}, default="-at")
    page.rows, page.next, page.previous          # rows of this page; query strings, empty where there is no more
    {% heading page "at" _("When") %} … {% pager page %}

NULLs come last in both directions and the id breaks ties. A cursor is signed: one that was tampered with, or belongs to
another sorting, gives the first page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.http import QueryDict

SALT = "ui.tables"
SIZE = 25
AFTER, BEFORE, SORT = "after", "before", "sort"
VALUE = "keyset_value"


@dataclass(frozen=True)
class Sort:
    """`-at` in the address: by the column called `at`, newest first."""

    name: str
    path: str
    descending: bool
    nullable: bool

    @property
    def word(self) -> str:
        return f"-{self.name}" if self.descending else self.name

    def stretches(self, edge: tuple[Any, Any] | None, *, backwards: bool) -> list[tuple[Any, list[OrderBy]]]:
        """What is read beyond the edge, one range of an index after the other. The NULLs end the list; in one condition
        with the rest, they would make PostgreSQL read every row before the edge."""
        if edge is None:
            return [(Q(), self._order(backwards=backwards, with_nulls=self.nullable))]
        (value, key), order = edge, self._order(backwards=backwards)
        down = self.descending != backwards
        missing = Q(**{f"{VALUE}__isnull": True})
        if value is None:
            rest = [(missing & Q(**{"pk__lt" if down else "pk__gt": key}), order)]
            return [*rest, (~missing, order)] if backwards else rest
        beyond = (TupleLessThan if down else TupleGreaterThan)(Tuple(F(VALUE), F("pk")), (value, key))
        return [(beyond, order), (missing, order)] if self.nullable and not backwards else [(beyond, order)]

    def _order(self, *, backwards: bool, with_nulls: bool = False) -> list[OrderBy]:
        down = self.descending != backwards
        value = F(VALUE).desc if down else F(VALUE).asc
        # Said only where it matters: an ordinary index serves the plain order and no other.
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        return [value(**nulls if with_nulls else {}), F("pk").desc() if down else F("pk").asc()]


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    next: str
    previous: str
    sort: Sort
    sorts: Mapping[str, str]
    query: QueryDict

    def link_for(self, name: str) -> str:
        """The address that sorts by this column, or turns its direction when it is the one already."""
        is_turned = self.sort.name == name and not self.sort.descending
        return _link(self.query, sort=f"-{name}" if is_turned else name)


def page_of(
    queryset: QuerySet[Any], query: QueryDict, *, sorts: Mapping[str, str], default: str, size: int = SIZE
) -> Page:
    sort = _chosen(query.get(SORT, ""), sorts, queryset.model) or _chosen(default, sorts, queryset.model)
    assert sort is not None, f"the default sort {default} is not among {list(sorts)}"
    valued = queryset.annotate(**{VALUE: F(sort.path)})
    backwards = BEFORE in query and AFTER not in query
    edge = _read(query.get(BEFORE if backwards else AFTER, ""), sort, valued)
    rows, has_more = _walk(valued, sort, edge, size, backwards=backwards and edge is not None)
    if backwards and edge is not None:
        if not has_more and len(rows) < size:  # came to the top in the middle of a page: show a whole first one
            rows, has_more = _walk(valued, sort, None, size, backwards=False)
            return _page(rows, sort, sorts, query, has_next=has_more, has_previous=False)
        return _page(rows[::-1], sort, sorts, query, has_next=True, has_previous=has_more)
    return _page(rows, sort, sorts, query, has_next=has_more, has_previous=edge is not None)


def _chosen(word: str, sorts: Mapping[str, str], model: type[Model]) -> Sort | None:
    name = word.removeprefix("-")
    if name not in sorts:
        return None
    return Sort(name, sorts[name], word.startswith("-"), _is_nullable(model, sorts[name]))


def _is_nullable(model: Any, path: str) -> bool:
    for part in path.split("__"):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:  # an annotation
            return True
        if field.null or (field.auto_created and not field.concrete):
            return True
        model = field.related_model
    return False


def _walk(
    queryset: QuerySet[Any], sort: Sort, edge: tuple[Any, Any] | None, size: int, *, backwards: bool
) -> tuple[list[Any], bool]:
    rows: list[Any] = []
    for beyond, order in sort.stretches(edge, backwards=backwards):
        rows += queryset.filter(beyond).order_by(*order)[: size + 1 - len(rows)]
        if len(rows) > size:
            break
    return rows[:size], len(rows) > size


def _page(rows: list[Any], sort: Sort, sorts: Mapping[str, str], query: QueryDict, **ends: bool) -> Page:
    is_next, is_previous = ends["has_next"] and bool(rows), ends["has_previous"] and bool(rows)
    following = _link(query, sort=sort.word, after=_write(rows[-1], sort)) if is_next else ""
    preceding = _link(query, sort=sort.word, before=_write(rows[0], sort)) if is_previous else ""
    return Page(rows, following, preceding, sort, sorts, query)


def _link(query: QueryDict, **changes: str) -> str:
    copy = query.copy()
    for name in (AFTER, BEFORE, SORT):
        copy.pop(name, None)
    for name, value in changes.items():
        copy[name] = value
    return f"?{copy.urlencode()}"


class _Wire(signing.JSONSerializer):
    def dumps(self, obj: Any) -> bytes:
        return json.dumps(obj, separators=(",", ":"), cls=_Exact).encode("latin-1")


class _Exact(DjangoJSONEncoder):
    """Django's encoder cuts microseconds off, and a cursor that is not exact shows a row twice."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _write(row: Any, sort: Sort) -> str:
    return signing.dumps([sort.word, sort.path, getattr(row, VALUE), row.pk], salt=SALT, serializer=_Wire)


def _read(text: str, sort: Sort, queryset: QuerySet[Any]) -> tuple[Any, Any] | None:
    try:
        word, path, value, key = signing.loads(text, salt=SALT, serializer=_Wire)
        if (word, path) != (sort.word, sort.path):
            return None
        field = queryset.query.annotations[VALUE].output_field
        return field.to_python(value), queryset.model._meta.pk.to_python(key)
    except (signing.BadSignature, ValueError, TypeError, ValidationError):
        return None
