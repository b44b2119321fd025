"""The embedded MongoDB behind its doors: roles and users as declared, and each process the URL with its own user."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from shared.access.mongo_credentials import Passwords, laptop_passwords, read
from shared.access.mongo_roles import principals, roles
from shared.access.mongo_users import admit, grant
from shared.embedded import EmbeddedMongo
from shared.ops.running import find_services
from shared.settings import Settings


@dataclass(frozen=True)
class MongoDoors:
    """What opens the embedded MongoDB; nothing where somebody else's server is used, which keeps its own doors.

    Args:
        prefix: How the names of databases, roles and users begin.
    """

    data_dir: Path = Path()
    prefix: str = ""
    kept: Passwords | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the doors of a data directory; at the first call the passwords are made."""
        prefix = settings.database_prefix
        return cls(settings.data_dir, prefix, laptop_passwords(settings.data_dir, prefix, principals(find_services())))

    @property
    def key(self) -> str | None:
        """Return the key of the server, None where it is not ours."""
        return self.kept.key if self.kept else None

    def renewed(self) -> Self:
        """Return the doors with the passwords as they are kept now; they may have been rotated."""
        return type(self)(self.data_dir, self.prefix, read(self.data_dir)) if self.kept else self

    def hang(self, server: EmbeddedMongo) -> None:
        """Give a server that answers the roles and users; one that has them already is put right where it differs."""
        if self.kept is not None:
            with server.as_member() as client:
                grant(client, self.prefix, roles(self.prefix, find_services()))
                admit(client, self.prefix, self.kept.logins)

    def url(self, principal: str, url: str) -> str:
        """Return the URL that a principal connects with."""
        return self.kept.url(principal, url) if self.kept else url

    def user(self, principal: str) -> str:
        """Return the name of a principal's user, empty where somebody else's server is used."""
        return self.kept.logins[principal].user if self.kept else ""
