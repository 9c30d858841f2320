from django.db.models import QuerySet

from servicedesk.files.models import StoredFile
from servicedesk.tenancy.models import Matter
from servicedesk.tenancy.wall import Person


def files_of(matter: Matter, person: Person) -> QuerySet[StoredFile]:
    return StoredFile.objects.visible_to(person).filter(matter=matter)
