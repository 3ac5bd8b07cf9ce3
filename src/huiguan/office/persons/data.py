"""What is kept of persons: sealed, read, found and erased; the one way to their keys.

A key is on disk before the transaction that first uses it ends; it is destroyed after the one that
erases, and whatever falls between is done by the next start (``destroy_erased``).
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.office.persons.models import PersonFact, PersonKey
from huiguan.office.persons.vault import Vault

if TYPE_CHECKING:
    from collections.abc import Mapping

SEALED = "sealed"  # the one name inside of a fact that is not in the clear
NAME = "name"
OWN_FIELDS = ("full name", "phone", "e-mail", "identity number")  # that somebody keeps of oneself
LONGEST = 200


def vault() -> Vault:
    """Return the keys of this hall's persons."""
    assert settings.PERSON_KEYS, "an office without a folder has no persons"
    return Vault(Path(settings.PERSON_KEYS))


def check_keys() -> None:
    """Refuse an office whose persons have lost their keys: nobody could sign in."""
    if not vault().is_there and PersonKey.objects.filter(erased_at=None).exists():
        raise InputFault(
            f"the keys of this office's persons are not in {settings.PERSON_KEYS}; put them back "
            "from the folder of keys that the backup made"
        )


@transaction.atomic
def make_person() -> PersonKey:
    """Make a person with a key; never the first one of a hall whose other keys are lost."""
    check_keys()
    person = PersonKey(made_at=timezone.now())
    person.save(force_insert=True)
    vault().make(person.pk)
    return person


def seal(person: PersonKey, text: str, place: str) -> str:
    """Return a text as only this person's key opens it."""
    return vault().seal(person.pk, text, place)


def opened(sealed: str, place: str) -> str:
    """Return what was sealed, or nothing: the person is erased."""
    return vault().open(sealed, place)


def index_of(text: str, place: str) -> str:
    """Return what finds a text again."""
    return vault().index(text, place)


def no_index() -> str:
    """Return what nothing is found by: the index of an erased name."""
    return secrets.token_hex(16)


def whose(sealed: str) -> PersonKey:
    """Return the person of a sealed text."""
    return PersonKey.objects.get(pk=int(sealed.partition(".")[0]))


def sealed_fact(person: PersonKey, text: str, place: str) -> dict[str, str]:
    """Return a fact for a proposal: what its digest covers is the sealed text."""
    return {SEALED: seal(person, text, place)}


def is_sealed(fact: object) -> bool:
    """Return whether a fact of a proposal is sealed."""
    return isinstance(fact, dict) and SEALED in fact


def opened_facts(facts: Mapping[str, Any], of: PersonKey | None = None) -> dict[str, Any]:
    """Return the facts of a proposal with what is sealed in them opened: nothing, if erased.

    With a person what is sealed of another one is told as that one's number.
    """
    told = {}
    for label, value in facts.items():
        told[label] = value
        if is_sealed(value):
            number = value[SEALED].partition(".")[0]
            own = of is None or number == str(of.pk)
            told[label] = opened(value[SEALED], label) if own else f"person {number}"
    return told


def kept(person: PersonKey) -> dict[str, str]:
    """Return all that is kept of a person, by its names."""
    return {fact.field: opened(fact.sealed, fact.field) for fact in person.facts.order_by("field")}


@transaction.atomic
def keep(person: PersonKey, field: str, text: str) -> None:
    """Keep a text of a person, or, where it is empty, keep nothing."""
    if len(text) > LONGEST:
        raise InputFault(f"{field} is too long: {len(text)} letters of at most {LONGEST}")
    if not text:
        person.facts.filter(field=field).delete()
        return
    given = {SEALED: seal(person, text, field), "index": index_of(text.casefold(), field)}
    PersonFact.objects.update_or_create(person=person, field=field, defaults=given)


def found_by(field: str, text: str) -> list[int]:
    """Return the numbers of persons of whom exactly this text is kept."""
    rows = PersonFact.objects.filter(field=field, index=index_of(text.casefold(), field))
    return sorted(rows.values_list("person_id", flat=True))


def has_key(person: PersonKey) -> bool:
    """Return whether the key of a person is there."""
    return person.pk in vault().numbers()


def prove() -> tuple[int, int]:
    """Prove what is kept of persons; return how many there are, and how many of them are erased.

    Raises ``CheckFault`` for a key that is missing, one that should be, and what was changed.
    """
    keys = vault().numbers()
    persons = dict(PersonKey.objects.values_list("pk", "erased_at"))
    for number, erased in sorted(persons.items()):
        if (number in keys) is (erased is not None):
            raise CheckFault(
                f"the key of person {number} is still there, and they are erased; start the hall"
                if erased
                else f"the key of person {number} is missing; put it back from its copy"
            )
    for fact in PersonFact.objects.iterator():
        opened(fact.sealed, fact.field)
    return len(persons), sum(erased is not None for erased in persons.values())


def erase(person: PersonKey) -> None:
    """Erase a person: in this transaction all that finds them, after it the key."""
    person.facts.all().delete()
    person.erased_at = timezone.now()
    person.save(update_fields=["erased_at"])
    transaction.on_commit(destroy_erased)


def destroy_erased() -> int:
    """Destroy every key of an erased person that is still there; return how many were."""
    left = vault().numbers()
    erased = set(PersonKey.objects.exclude(erased_at=None).values_list("pk", flat=True))
    for number in sorted(left & erased):
        vault().destroy(number)
    return len(left & erased)
