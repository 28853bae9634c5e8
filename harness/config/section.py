# SPDX-License-Identifier: GPL-2.0-only
"""What every section of a yaml file shares: frozen, closed to unknown keys, and the field types that need the file."""

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from harness.config.units import bytes_of, seconds_of


class Section(BaseModel):
    """A mapping in a yaml file."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, data: Any) -> Any:
        """Refuses unknown keys itself because pydantic's own error does not say which keys there are."""
        if isinstance(data, dict):
            allowed = [field.alias or name for name, field in cls.model_fields.items()]
            for key in data:
                if key not in allowed and key not in cls.model_fields:
                    raise unknown_key(str(key), allowed)
        return data


def unknown_key(key: str, allowed: list[str]) -> PydanticCustomError:
    """The error for a key that its section does not know."""
    return PydanticCustomError("unknown_key", "unknown key", {"key": key, "allowed": allowed})


def unknown_name(what: str, name: str, allowed: list[str], key: str) -> PydanticCustomError:
    """The error for a value that names nothing there is; ``key`` is where it stands in the section."""
    context = {"what": what, "name": name, "allowed": allowed, "key": key}
    return PydanticCustomError("unknown_name", "no {what} is called `{name}`", context)


def wrong(sentence: str) -> PydanticCustomError:
    """The error for anything else; ``sentence`` says what is wrong and what to do."""
    return PydanticCustomError("wrong", "{sentence}", {"sentence": sentence})


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    """Paths in a yaml file are relative to its folder, not to where the command was started."""
    path = path.expanduser()
    folder = (info.context or {}).get("folder")
    return (folder / path).resolve() if folder else path


def _there(path: Path) -> Path:
    if not path.exists():
        raise wrong(f"{path} does not exist")
    return path


def _repo(text: str, info: ValidationInfo) -> str:
    """A clone here as an absolute path; a URL, or HOST:PATH, as it is."""
    if "://" in text or ":" in text.partition("/")[0]:
        return text
    return str(_there(_beside_the_file(Path(text), info)))


def _size(text: str) -> str:
    bytes_of(text)
    return text


def _span(text: str) -> str:
    seconds_of(text)
    return text


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise wrong(f"`{text}` is no regular expression: {error}") from None
    return text


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


ExistingPath = Annotated[Path, AfterValidator(_beside_the_file), AfterValidator(_there)]
Repo = Annotated[str, AfterValidator(_repo)]
Size = Annotated[str, AfterValidator(_size)]
Span = Annotated[str, AfterValidator(_span)]
Expression = Annotated[str, AfterValidator(_expression)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
