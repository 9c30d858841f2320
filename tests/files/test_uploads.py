"""Uploads as a person meets them: through the door, checked, kept, served so that nothing runs. ICU-13, ALL-1."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.wall import Context, opened
from tests.matrix.principals import sign_in
from tests.world import make_matter, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(name="现场照片.jpg") -> SimpleUploadedFile:
    content = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", (40, 30), "navy").save(content, "JPEG", exif=exif)
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


@pytest.fixture
def matter(world):
    return make_matter(world.h1, world.v1)


@pytest.fixture
def engineer(world):
    client = Client()
    sign_in(client, make_member(Role.VENDOR_ENGINEER, world.v1))
    return client


def files(world):
    with opened(Context.of_hospital(world.h1.id)):
        return list(StoredFile.objects.all())


def test_a_picture_is_kept_without_its_secrets_and_served_as_an_attachment(world, matter, engineer):
    assert engineer.post(f"/matters/{matter.pk}/files/add/", {"file": picture()}).status_code == 302
    (stored,) = files(world)
    assert (stored.name, stored.media_type) == ("现场照片.jpg", "image/jpeg")
    assert b"secret place" not in storage.path_of(world.h1.id, stored.sha256).read_bytes()
    response = engineer.get(f"/files/{stored.pk}/")
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    with opened(Context.of_hospital(world.h1.id)):
        acts = set(Record.objects.values_list("act", flat=True))
    assert {Act.FILE_ADDED, Act.FILE_READ} <= acts


def test_a_refused_file_leaves_nothing_and_says_why(world, matter, engineer, tmp_path):
    nasty = SimpleUploadedFile("photo.jpg", b"<html><script>alert(1)</script></html>", "image/jpeg")
    response = engineer.post(f"/matters/{matter.pk}/files/add/", {"file": [picture(), nasty]})
    assert response.status_code == 409
    assert files(world) == [], "one of two is bad: neither is added, the person sends them again"


def test_another_vendor_at_the_same_hospital_cannot_read_it(world, matter, engineer):
    engineer.post(f"/matters/{matter.pk}/files/add/", {"file": picture()})
    (stored,) = files(world)
    other = Client()
    sign_in(other, make_member(Role.VENDOR_ENGINEER, world.v2))
    assert other.get(f"/files/{stored.pk}/").status_code == 404
    assert other.post(f"/matters/{matter.pk}/files/add/", {"file": picture()}).status_code == 404


def test_the_quota_is_the_hospitals(world, matter, engineer, settings):
    settings.UPLOAD_QUOTA_GIGABYTES = 0
    assert engineer.post(f"/matters/{matter.pk}/files/add/", {"file": picture()}).status_code == 409


def test_equal_files_of_two_hospitals_lie_apart(world, matter, engineer):
    other = make_matter(world.h2, world.v1)
    for one in (matter, other):
        engineer.post(f"/matters/{one.pk}/files/add/", {"file": picture()})
    (stored,) = files(world)
    assert storage.path_of(world.h1.id, stored.sha256).exists()
    assert storage.path_of(world.h2.id, stored.sha256).exists()


def test_a_row_whose_bytes_are_gone_is_missing(world, matter, engineer):
    engineer.post(f"/matters/{matter.pk}/files/add/", {"file": picture()})
    (stored,) = files(world)
    storage.path_of(world.h1.id, stored.sha256).unlink()
    assert engineer.get(f"/files/{stored.pk}/").status_code == 404
