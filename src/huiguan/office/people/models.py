"""Users and their roles, proposals, the record, the throttle: what the database itself holds to.

Three things stand in the database and not only here: nobody decides on a proposal of their own or
about themselves (CHECK), what was decided stays as it is, and a line of the record is never changed
or removed and follows the one before it (triggers, in the second migration).
"""

from __future__ import annotations

import enum
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from huiguan.office.people.roles import GIVEN
from huiguan.office.persons import data
from huiguan.office.persons.models import INDEX_LENGTH, PersonKey

LANGUAGES = ("en", "zh")
NAME_LENGTH = 32
HASH_LENGTH = 64  # letters of 32 bytes


def one_of(field: str, values: tuple[str, ...], name: str) -> Any:  # noqa: ANN401  Django says no types
    """Return the constraint that a field holds one of some words."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": sorted(map(str, values))}), name=name
    )


class Users(BaseUserManager):
    """Finds a user by a name that the database does not hold."""

    def get_by_natural_key(self, username: str) -> User:
        """Return the user of a name; Django asks for it at the sign-in."""
        found: User = self.get(name_index=data.index_of(username, data.NAME))
        return found

    def named(self, name: str) -> User | None:
        """Return the user of a name, or None."""
        found: User | None = self.filter(name_index=data.index_of(name, data.NAME)).first()
        return found


class User(AbstractBaseUser):
    """Somebody who signs in. The record knows the number alone, never the name."""

    person = models.OneToOneField(PersonKey, on_delete=models.PROTECT, related_name="user")
    sealed_name = models.TextField()
    name_index = models.CharField(max_length=INDEX_LENGTH, unique=True)
    language = models.CharField(max_length=2, default="en")
    is_locked = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=True)
    made_at = models.DateTimeField()

    objects = Users()
    USERNAME_FIELD = "name_index"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """What the database holds to."""

        constraints = (one_of("language", LANGUAGES, "user_language"),)

    @property
    def name(self) -> str:
        """What this user signs in with; nothing, once the person is erased."""
        return data.opened(self.sealed_name, data.NAME)

    def call(self, name: str) -> None:
        """Give this user a name to sign in with."""
        self.sealed_name = data.seal(self.person, name, data.NAME)
        self.name_index = data.index_of(name, data.NAME)

    @property
    def is_erased(self) -> bool:
        """Whether the person of this user is erased."""
        return self.person.erased_at is not None

    @property
    def is_active(self) -> bool:
        """Whether this user may sign in; the sessions of one who may not end at once."""
        return not self.is_locked

    @property
    def roles(self) -> list[str]:
        """The roles of this user now, in the order of the alphabet."""
        return sorted(held.role for held in self.holdings.all())


class SecondFactor(models.Model):
    """The secret that a user's app of codes shares with the office."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    secret = models.TextField()  # sealed
    last_step = models.BigIntegerField(default=0)  # of the last code that was taken


class Holding(models.Model):
    """A role that a user has."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="holdings")
    role = models.CharField(max_length=32)

    class Meta:
        """What the database holds to."""

        constraints = (
            models.UniqueConstraint(fields=("user", "role"), name="holding_once"),
            one_of("role", GIVEN, "holding_role"),
        )


class State(enum.StrEnum):
    """How far a proposal is."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


class Proposal(models.Model):
    """A change that one person asks for and another decides on; it then runs once, or never."""

    action = models.CharField(max_length=32)
    subject = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    about = models.CharField(max_length=64, default="")  # another thing than a user, by its name
    before = models.JSONField()
    after = models.JSONField()
    why = models.CharField(max_length=500)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    salt = models.CharField(max_length=32)  # so that its digest in the record tells nothing of it
    state = models.CharField(max_length=8, default=State.WAITING)
    checker = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=500, default="")  # by who decided

    class Meta:
        """What the database holds to."""

        constraints = (
            one_of("state", tuple(State), "proposal_state"),
            models.CheckConstraint(
                condition=Q(subject__isnull=True) | Q(about=""), name="proposal_about_one_thing"
            ),
            models.CheckConstraint(condition=~Q(checker=F("maker")), name="proposal_other_person"),
            models.CheckConstraint(
                condition=~Q(checker=F("subject")), name="proposal_not_on_oneself"
            ),
            models.CheckConstraint(
                condition=Q(state=State.WAITING, checker__isnull=True, decided_at__isnull=True)
                | Q(~Q(state=State.WAITING), checker__isnull=False, decided_at__isnull=False),
                name="proposal_decided_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="proposal_why"),
        )

    @property
    def named(self) -> str:
        """What it is about, as pages name it; nothing, once the person is erased."""
        if self.subject is not None:
            return self.subject.name
        return self.about or str(data.opened_facts(self.after).get(data.NAME, ""))


class RecordLine(models.Model):
    """What was done: who, what, to whom; numbers and coded facts, and the hash of all before."""

    number = models.BigIntegerField(primary_key=True)  # from 1, without a gap
    at = models.CharField(max_length=32)  # UTC to the microsecond, as it is hashed
    actor = models.BigIntegerField()  # the number of a user; 0 is the hall itself
    action = models.CharField(max_length=32)
    subject = models.CharField(max_length=64)
    facts = models.TextField()  # JSON with sorted keys, as it is hashed
    before = models.CharField(max_length=HASH_LENGTH)
    hash = models.CharField(max_length=HASH_LENGTH, unique=True)


class Failures(models.Model):
    """How often a name was tried in vain from an address; who and where are one keyed hash."""

    key = models.CharField(max_length=HASH_LENGTH, primary_key=True)
    count = models.IntegerField()
    last_at = models.DateTimeField(db_index=True)
