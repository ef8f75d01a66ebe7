"""What the top floor keeps: how far the demo has come, and that a worker is alive."""

from __future__ import annotations

from django.db import models


class DemoStage(models.Model):
    """One stage of `braid demo`. Where it stands is written in the transaction that brings it there: a killed demo goes on."""

    name = models.CharField(max_length=40, primary_key=True)
    done_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    details = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """When a worker last came round; one row for all workers."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.at.isoformat()
