"""Which requirements are judged on a subject: by kind, jurisdiction and date, and by what the user asked for."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gradeeval.language.nodes import Requirement
from gradeeval.profiles.profile import Profile
from gradeeval.profiles.regions import Regions
from gradeeval.rulesets.ruleset import PolicyDocument


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for; an empty tuple is everything. ``only`` holds globs of requirement ids."""

    rulesets: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    forces: tuple[str, ...] = ()

    def takes(self, requirement: Requirement) -> bool:
        """Whether a requirement was asked for."""
        return (
            (not self.topics or not set(self.topics).isdisjoint(requirement.topics))
            and (not self.forces or requirement.force in self.forces)
            and (not self.only or any(fnmatch.fnmatchcase(requirement.id, glob) for glob in self.only))
        )


def documents_for(
    profile: Profile, documents: Iterable[PolicyDocument], regions: Regions, as_of: str, wanted: Wanted
) -> list[PolicyDocument]:
    """The documents in whose jurisdiction the roster places the subject, in force on the day, and not superseded."""
    around = {row.id for row in regions.chain(profile.region, profile.period.end)}
    placed = [
        document for document in documents if document.jurisdiction in around and in_force(document, as_of, wanted)
    ]
    gone = {old for document in placed for old, _note in document.supersedes}
    return [document for document in placed if document.id not in gone]


def in_force(document: PolicyDocument, as_of: str, wanted: Wanted) -> bool:
    """Whether a document has been issued on the day and was asked for."""
    return (document.date is None or document.date <= as_of) and (not wanted.rulesets or document.id in wanted.rulesets)


def binds_sort(requirement: Requirement, profile: Profile) -> bool:
    """Whether a requirement binds subjects of the sort of this one."""
    return (
        requirement.binds.kind == profile.kind
        and requirement.binds.tier in (None, profile.tier)
        and requirement.binds.type in (None, profile.type)
    )


def requirements_for(
    profile: Profile, requirements: Mapping[str, Sequence[Requirement]], wanted: Wanted
) -> tuple[list[Requirement], list[Requirement]]:
    """Of the documents' requirements those that bind this sort of subject and were asked for; apart, the superseded.

    What a later requirement supersedes is not judged and is the second list.
    """
    chosen = [
        requirement
        for found in requirements.values()
        for requirement in found
        if binds_sort(requirement, profile) and wanted.takes(requirement)
    ]
    gone = {requirement.supersedes for requirement in chosen if requirement.supersedes is not None}
    return (
        [requirement for requirement in chosen if requirement.id not in gone],
        [requirement for requirement in chosen if requirement.id in gone],
    )
