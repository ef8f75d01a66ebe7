"""People as a Django app; fills the access gate."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "braid.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from allauth.usersessions.models import UserSession
        from django.db.models.signals import pre_save

        from braid.kernel import delivery, personal, shell, worker
        from braid.kernel.access import fill_gate
        from braid.units import hooks

        from . import actions, devices, following, gate, holdings, rules  # noqa: F401 (declares the permissions, registers tasks)
        from .actions.guardians import forget_birthdays
        from .actions.invitations import forget_invitations
        from .banners import erasure_banner, recovery_banner
        from .models import Grant, Membership, Recovery, Succession, Term
        from .queries.channels import addresses_by, forget_address
        from .queries.quiet_hours import quiet_until

        fill_gate(gate.scope_of)
        delivery.ADDRESSES.append(addresses_by)
        delivery.GONE.append(forget_address)
        delivery.RESTS.append(quiet_until)
        worker.sweeps += [forget_invitations, forget_birthdays]
        personal.HOLDINGS += holdings.HOLDINGS
        hooks.owned_models += [Membership, Grant, Recovery, Term, Succession]
        hooks.preview_lines.append(following.preview_of_move)
        hooks.before_merge.append(following.hand_over)
        hooks.actor_of.insert(0, gate.actor_of)
        shell.banners += [recovery_banner, erasure_banner]
        pre_save.connect(devices.forget_place, sender=UserSession)
        worker.sweeps.append(devices.forget_devices)
