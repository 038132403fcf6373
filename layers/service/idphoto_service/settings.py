"""What the environment says, read once and typed."""

from __future__ import annotations

import os
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MEGABYTES_PER_CPU = 1769
"""Lambda grants one whole CPU for this much memory (AWS Lambda developer guide, "Configure function memory")."""


class Settings(BaseModel):
    """Settings that every function has; the template sets them."""

    model_config = ConfigDict(frozen=True)

    table_name: Annotated[str, Field(min_length=1, alias="TABLE_NAME")]
    bucket_name: Annotated[str, Field(min_length=1, alias="BUCKET_NAME")]
    retention_days: Annotated[int, Field(ge=1, alias="RETENTION_DAYS")]
    link_seconds: Annotated[int, Field(ge=60, le=604800, alias="LINK_SECONDS")]
    chain_express_arn: Annotated[str, Field(min_length=1, alias="CHAIN_EXPRESS_ARN")]
    memory_mb: Annotated[int, Field(ge=128, alias="AWS_LAMBDA_FUNCTION_MEMORY_SIZE")] = 2 * MEGABYTES_PER_CPU
    preview_text: Annotated[str, Field(max_length=40, alias="PREVIEW_TEXT")] = ""
    fetch_allow_hosts: Annotated[str, Field(alias="FETCH_ALLOW_HOSTS")] = ""

    @property
    def threads(self) -> int:
        """Threads worth starting: the sandbox shows more cores than it grants."""
        return max(1, round(self.memory_mb / MEGABYTES_PER_CPU))

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """``host:port`` pairs that ``img_url`` may name although they are not public."""
        return frozenset(host.strip() for host in self.fetch_allow_hosts.split(",") if host.strip())


class ChainSettings(BaseModel):
    """Settings of the function in front of the state machines."""

    model_config = ConfigDict(frozen=True)

    standard_arn: Annotated[str, Field(min_length=1, alias="CHAIN_STANDARD_ARN")]


@cache
def settings() -> Settings:
    """Return the settings; raises ``pydantic.ValidationError`` when the template left one out."""
    return Settings.model_validate(dict(os.environ))


@cache
def chain_settings() -> ChainSettings:
    """Return the settings of the chain's front."""
    return ChainSettings.model_validate(dict(os.environ))
