"""Input into clean values, one file per noun."""

from .attachments import AttachmentForm
from .budgets import OverBudgetForm
from .groups import (
    AffiliationForm,
    ChatForm,
    CloseForm,
    Find,
    GroupForm,
    NameForm,
    NewGroupForm,
    RegisterForm,
    found,
)
from .notices import (
    CorrectionForm,
    DraftForm,
    FilterForm,
    NewNoticeForm,
    NoticeForm,
    ReasonForm,
    RewriteForm,
    RuleForm,
    UnitInReach,
    WordsForm,
    level_choices,
)
from .planning import PlanForm, comes_twice
from .questions import AskForm, DeclineForm, NoticeAnswerForm
from .relays import RelayForm
from .reminders import CallForm, RemindForm
from .replies import ReplyForm, ThanksForm
from .reviews import ReviewRuleForm, SendBackForm
from .submissions import SubmissionForm
from .surveys import AnswerForm, NewSurveyForm, PaperForm, QuestionForm, SurveyForm, SurveyRuleForm, condition_in_words
from .templates import TemplateForm
from .votes import BallotForm, NominateForm, ScoreForm

__all__ = [
    "AffiliationForm",
    "AnswerForm",
    "AskForm",
    "AttachmentForm",
    "BallotForm",
    "CallForm",
    "ChatForm",
    "CloseForm",
    "CorrectionForm",
    "DeclineForm",
    "DraftForm",
    "FilterForm",
    "Find",
    "GroupForm",
    "NameForm",
    "NewGroupForm",
    "NewNoticeForm",
    "NewSurveyForm",
    "NominateForm",
    "NoticeAnswerForm",
    "NoticeForm",
    "OverBudgetForm",
    "PaperForm",
    "PlanForm",
    "QuestionForm",
    "ReasonForm",
    "RegisterForm",
    "RelayForm",
    "RemindForm",
    "ReplyForm",
    "ReviewRuleForm",
    "RewriteForm",
    "RuleForm",
    "ScoreForm",
    "SendBackForm",
    "SubmissionForm",
    "SurveyForm",
    "SurveyRuleForm",
    "TemplateForm",
    "ThanksForm",
    "UnitInReach",
    "WordsForm",
    "comes_twice",
    "condition_in_words",
    "found",
    "level_choices",
]
