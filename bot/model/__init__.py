"""The nouns: frozen values that every other module speaks in.  Imports nothing of ours."""

from bot.model.asking import Action, Asked, Command, Person
from bot.model.delivery import Announcement, Destination, Intent, Ref, Step
from bot.model.incidents import (
    Ack,
    Change,
    ClaimView,
    Incident,
    Mute,
    Statement,
    TimelineEntry,
    Transition,
    Witness,
)
from bot.model.sources import Claim, Component, Page, ProbeResult, Snapshot, Source, Update
from bot.model.words import (
    AnnouncementState,
    ChangeKind,
    ComponentStatus,
    Impact,
    Kind,
    SourceKind,
    State,
    StepKind,
    Who,
)

__all__ = [
    "Ack",
    "Action",
    "Announcement",
    "AnnouncementState",
    "Asked",
    "Change",
    "ChangeKind",
    "Claim",
    "ClaimView",
    "Command",
    "Component",
    "ComponentStatus",
    "Destination",
    "Impact",
    "Incident",
    "Intent",
    "Kind",
    "Mute",
    "Page",
    "Person",
    "ProbeResult",
    "Ref",
    "Snapshot",
    "Source",
    "SourceKind",
    "State",
    "Statement",
    "Step",
    "StepKind",
    "TimelineEntry",
    "Transition",
    "Update",
    "Who",
    "Witness",
]
