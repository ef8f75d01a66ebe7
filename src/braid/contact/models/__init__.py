"""The rows of contact, one file per noun."""

from .attachments import Attachment
from .audience import AudienceKind, AudienceRule
from .calls import Call, PhoneList
from .deliveries import Dispatch
from .groups import Affiliation, ChatGroup, ChatTurn, Group, JoinRequest
from .nominations import Juror, Nomination, Score
from .notices import Audience, Notice, NoticeVersion
from .questions import NoticeQuestion
from .receipts import FoldedSegment, Receipt, UnitSet
from .relays import Carry, CarryOpens, Relay
from .reviews import Review, ReviewRule, SecondReading
from .series import Series
from .submissions import Submission
from .surveys import (
    BlindAnswer,
    NamedAnswer,
    Question,
    RollPage,
    SealedAnswer,
    Survey,
    SurveyRule,
    SurveyTable,
)
from .templates import NoticeTemplate
from .votes import Ballot, Burst, Count, Trace, Vote
from .wording import Wording

__all__ = [
    "Affiliation",
    "Attachment",
    "Audience",
    "AudienceKind",
    "AudienceRule",
    "Ballot",
    "BlindAnswer",
    "Burst",
    "Call",
    "Carry",
    "CarryOpens",
    "ChatGroup",
    "ChatTurn",
    "Count",
    "Dispatch",
    "FoldedSegment",
    "Group",
    "JoinRequest",
    "Juror",
    "NamedAnswer",
    "Nomination",
    "Notice",
    "NoticeQuestion",
    "NoticeTemplate",
    "NoticeVersion",
    "PhoneList",
    "Question",
    "Receipt",
    "Relay",
    "Review",
    "ReviewRule",
    "RollPage",
    "Score",
    "SealedAnswer",
    "SecondReading",
    "Series",
    "Submission",
    "Survey",
    "SurveyRule",
    "SurveyTable",
    "Trace",
    "UnitSet",
    "Vote",
    "Wording",
]
