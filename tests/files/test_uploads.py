"""Uploads: checked, kept, served so that nothing runs. How a person adds them is told where they do: test_joined.py of
the tickets. ICU-13, ALL-1."""

from __future__ import annotations

import io
import os
import tarfile
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile
from django.test import Client, RequestFactory
from django.utils import timezone
from PIL import Image

from servicedesk.audit.enums import Act
from servicedesk.audit.models import Record
from servicedesk.backup import files as backup
from servicedesk.files import storage
from servicedesk.files.models import StoredFile
from servicedesk.files.services.sweeping import sweep
from servicedesk.files.services.uploads import add_file, looked_through
from servicedesk.tenancy.enums import Role
from servicedesk.tenancy.models import Hospital
from servicedesk.tenancy.refusals import Refused
from servicedesk.tenancy.wall import Context, opened
from tests.clocks.examples import AT
from tests.matrix.principals import sign_in
from tests.world import make_matter, make_member, person_of

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
def member(world):
    return make_member(Role.VENDOR_ENGINEER, world.v1)


@pytest.fixture
def engineer(member):
    client = Client()
    sign_in(client, member)
    return client


def add(member, matter, *uploads):
    person = person_of(member)
    context = Context.of_vendor(matter.vendor_id, matter.hospital_id)
    with opened(context), looked_through(uploads, hospital_id=matter.hospital_id) as ready:
        return [add_file(matter, one, by=person, at=AT) for one in ready]


def files(world):
    with opened(Context.of_hospital(world.h1.id)):
        return list(StoredFile.objects.all())


def on_the_disk(tmp_path):
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_picture_is_kept_without_its_secrets_and_served_as_an_attachment(world, matter, member, engineer, tmp_path):
    (stored,) = add(member, matter, picture())
    assert files(world) == [stored]
    assert (stored.name, stored.media_type) == ("现场照片.jpg", "image/jpeg")
    assert on_the_disk(tmp_path) == [storage.path_of(world.h1.id, stored.sha256)]
    assert b"secret place" not in storage.path_of(world.h1.id, stored.sha256).read_bytes()
    response = engineer.get(f"/files/{stored.pk}/")
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    with opened(Context.of_hospital(world.h1.id)):
        acts = set(Record.objects.values_list("act", flat=True))
    assert {Act.FILE_ADDED, Act.FILE_READ} <= acts


def test_a_refused_file_leaves_nothing_and_says_why(world, matter, member, tmp_path):
    nasty = SimpleUploadedFile("photo.jpg", b"<html><script>alert(1)</script></html>", "image/jpeg")
    with pytest.raises(Refused):
        add(member, matter, picture(), nasty)
    assert files(world) == [], "one of two is bad: neither is added, the person sends them again"
    assert on_the_disk(tmp_path) == []


def test_another_vendor_at_the_same_hospital_cannot_read_it(world, matter, member):
    (stored,) = add(member, matter, picture())
    other = Client()
    sign_in(other, make_member(Role.VENDOR_ENGINEER, world.v2))
    assert other.get(f"/files/{stored.pk}/").status_code == 404


def test_the_quota_is_the_hospitals_and_judged_before_bytes_are_laid(
    world, matter, member, settings, tmp_path, monkeypatch
):
    """Whichever vendor's matter filled it, though a vendor's wall shows its own alone; all of one sending count."""
    other = make_member(Role.VENDOR_ENGINEER, world.v2)
    (stored,) = add(other, make_matter(world.h1, world.v2), picture())
    before = on_the_disk(tmp_path)
    settings.UPLOAD_QUOTA_GIGABYTES = 2.5 * stored.size / 2**30
    monkeypatch.setattr(storage, "laid_down", _only(1, storage.laid_down))
    with pytest.raises(Refused) as refusal:
        add(member, matter, picture(), picture("又一张.jpg"))
    assert refusal.value.code == "quota"
    assert on_the_disk(tmp_path) == before


def _only(times, real):
    left = iter([real] * times)
    return lambda *args: next(left)(*args)


# ── what nobody names ────────────────────────────────────────────────────────────────────────────────────────────────
NOW = timezone.now()
YESTERDAY, LATELY = NOW - timedelta(hours=25), NOW - timedelta(hours=23)


def aged(path, moment):
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    return path


@pytest.fixture
def long_known(world):
    with opened(Context.of_platform()):
        Hospital.objects.update(created_at=NOW - timedelta(days=2))


def killed_before_commit(member, matter) -> Path:
    with suppress(KeyboardInterrupt), opened(Context.of_hospital(matter.hospital_id)):
        (stored,) = add(member, matter, picture())
        raise KeyboardInterrupt
    return storage.path_of(matter.hospital_id, stored.sha256)


def test_what_a_killed_worker_left_is_swept_once_it_is_old(world, long_known, matter, member, tmp_path):
    """Half laid down, or whole and never committed. What is young may be somebody's who has not committed yet."""
    for moment, is_there in ((LATELY, True), (YESTERDAY, False)):
        laying = storage.laid_down(world.h1.id, io.BytesIO(b"half"))
        half = aged(laying.__enter__(), moment)  # and never left again
        whole = aged(killed_before_commit(member, matter), moment)
        assert sweep(at=NOW) == (0 if is_there else 2)
        assert (half.exists(), whole.exists()) == (is_there, is_there)
        half.unlink(missing_ok=True)
    assert on_the_disk(tmp_path) == []


def test_what_arrives_lies_under_no_name(tmp_path, monkeypatch):
    """So a worker killed while a large file comes in leaves nothing that anybody would have to sweep."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    large = SimpleUploadedFile("大.log", b"2026 error\n" * 300_000)
    request = RequestFactory().post("/", {"file": large})
    arrived = request.FILES["file"]
    assert not isinstance(arrived, InMemoryUploadedFile)
    assert (arrived.name, arrived.size, on_the_disk(tmp_path)) == ("大.log", 3_300_000, [])
    assert arrived.read(11) == b"2026 error\n"


def test_a_backup_does_without_what_goes_meanwhile(settings, tmp_path, monkeypatch):
    """Half laid down when it was listed, or swept: no row of the dump names it."""
    settings.DATA_DIR = tmp_path
    lying = [tmp_path / "files", tmp_path / "files" / "gone", tmp_path / "files" / "stays"]
    lying[0].mkdir()
    lying[2].write_bytes(b"named")
    monkeypatch.setattr(backup, "_lying_in", lambda folder: lying if folder == lying[0] else [])
    backup.pack(tmp_path / "packed.tar")
    with tarfile.open(tmp_path / "packed.tar") as tar:
        assert tar.getnames() == ["files", "files/stays"]


def test_a_database_made_anew_sweeps_nothing_that_the_lost_one_named(world, matter, member):
    """Its hospitals have the same numbers, and the folder is there: what lay there before is a person's to look at."""
    with opened(Context.of_platform()):
        Hospital.objects.update(created_at=NOW - timedelta(hours=24, minutes=30))
    path = aged(killed_before_commit(member, matter), YESTERDAY)
    assert (sweep(at=NOW), path.exists()) == (0, True)


def test_what_a_row_names_is_never_swept(world, long_known, matter, member, tmp_path):
    """Nor what another hospital has of the same content, nor the folder of a hospital that this database has not."""
    first, second = (add(member, matter, picture())[0] for _ in range(2))
    path = aged(storage.path_of(world.h1.id, first.sha256), YESTERDAY)
    elsewhere = tmp_path / "99999" / "ab" / "abcd"
    elsewhere.parent.mkdir(parents=True)
    elsewhere.write_bytes(b"of another database")
    aged(elsewhere, YESTERDAY)
    with opened(Context.of_hospital(world.h1.id)):
        StoredFile.objects.filter(pk=first.pk).delete()
    assert sweep(at=NOW) == 0
    assert (path.exists(), elsewhere.exists(), first.sha256) == (True, True, second.sha256)


def test_a_folder_that_cannot_be_read_keeps_no_other_from_being_swept(world, long_known, member, monkeypatch):
    one, other = (aged(killed_before_commit(member, make_matter(hospital, world.v1)), YESTERDAY)
                  for hospital in (world.h1, world.h2))  # fmt: skip
    read = storage.half_laid

    def half_laid(hospital_id):
        if hospital_id == world.h1.id:
            raise PermissionError("/files/1")
        return read(hospital_id)

    monkeypatch.setattr(storage, "half_laid", half_laid)
    assert (sweep(at=NOW), one.exists(), other.exists()) == (1, True, False)


def test_litter_that_is_sent_again_is_young(world, long_known, matter, member):
    path = aged(killed_before_commit(member, matter), YESTERDAY)
    add(member, matter, picture())
    assert sweep(at=NOW) == 0
    assert path.stat().st_mtime > LATELY.timestamp()


def test_equal_files_of_two_hospitals_lie_apart(world, matter, member):
    for one in (matter, make_matter(world.h2, world.v1)):
        (stored,) = add(member, one, picture())
    assert storage.path_of(world.h1.id, stored.sha256).exists()
    assert storage.path_of(world.h2.id, stored.sha256).exists()


def test_a_row_whose_bytes_are_gone_is_missing(world, matter, member, engineer):
    (stored,) = add(member, matter, picture())
    storage.path_of(world.h1.id, stored.sha256).unlink()
    assert engineer.get(f"/files/{stored.pk}/").status_code == 404
