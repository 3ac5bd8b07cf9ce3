"""Whose data one key seals, and the data of somebody: never a word of them in the clear."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

INDEX_LENGTH = 32  # letters of 16 bytes


class PersonKey(models.Model):
    """Somebody, a number to everybody else; a file outside the database is the key of this number.

    A person is a user, or somebody who never signs in: the payee of a withdrawal.
    """

    made_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)  # from then on the key is destroyed, for ever


class PersonFact(models.Model):
    """What is kept of a person under a name: sealed, and found again by a keyed hash alone."""

    person = models.ForeignKey(PersonKey, on_delete=models.PROTECT, related_name="facts")
    field = models.CharField(max_length=32)
    sealed = models.TextField()
    index = models.CharField(max_length=INDEX_LENGTH, db_index=True)

    class Meta:
        """What the database holds to."""

        constraints = (
            models.UniqueConstraint(fields=("person", "field"), name="fact_once"),
            models.CheckConstraint(condition=~Q(sealed=""), name="fact_sealed"),
        )
