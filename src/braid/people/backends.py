"""Who is signed in, as each request asks."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from .models import Account


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """allauth's, which reads an account together with its person: every request of somebody signed in needs both."""

    def get_user(self, user_id: int) -> Account | None:
        account = Account.objects.select_related("person").filter(pk=user_id).first()
        return account if account and self.user_can_authenticate(account) else None
