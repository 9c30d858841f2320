"""A new installation has nobody who could invite: one command makes the first, and only the first."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from servicedesk.accounts.models import User
from servicedesk.audit.models import Record
from servicedesk.tenancy import wall
from servicedesk.tenancy.wall import Context

pytestmark = pytest.mark.django_db


def test_the_first_comes_in_and_must_choose_an_own_password(client: Client, capsys: pytest.CaptureFixture[str]):
    call_command("first_administrator", "security.wang", "王安")
    _, username, password = capsys.readouterr().out.splitlines()[0].split()
    answer = client.post("/accounts/login/", {"login": username, "password": password}, follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == "/accounts/password/change/"
    with wall.opened(Context.of_platform()):
        assert Record.objects.filter(act="accounts.joined", words={"first": True}).count() == 1


def test_there_is_no_second_first(db: None):
    call_command("first_administrator", "one", "王安")
    with pytest.raises(CommandError, match=r"已有安全管理员|has a security administrator already"):
        call_command("first_administrator", "two", "李安")
    assert list(User.objects.values_list("username", flat=True)) == ["one"]


def test_a_name_that_is_no_user_name_is_refused(db: None):
    with pytest.raises(CommandError, match="username"):
        call_command("first_administrator", "No Name!", "王安")
    assert not User.objects.exists()
