"""A whole system, a browser, and officers who log in: what the tests of the console in a browser share."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.commandline import ROOT, run, up

UNTIL_MARCH = 730  # lines of the sample: March 2018 is closed, and its payment runs are proposed
PHONE = {"width": 390, "height": 844}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ALONE = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-color-profile=srgb", "--font-render-hinting=none",
)  # fmt: skip
_PASSWORD = "竹林深处听见四月的雨-12"
_USERS = {
    "zhu": ("coordinator", "350622", "朱英华", "--coordinator", "C03"),
    "zhen": ("township", "350622202", "镇劳动保障所"),
    "xian": ("county", "350622", "云霄县人社局"),
    "jingban": ("preparer", "350622", "经办"),
    "fuhe": ("approver", "350622", "复核"),
    "pinghe": ("county", "350628", "平和县人社局"),
}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium; without one these tests are skipped and say so."""
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium here: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(_ALONE))
        yield started
        started.close()


@dataclass
class Desk:
    """The console of a system that runs, and who may enter it."""

    url: str
    environment: dict[str, str]
    browser: Browser
    seen_in: Path
    _contexts: dict[str, BrowserContext] = field(default_factory=dict)

    def enter(self, user: str, *, phone: bool = False) -> Page:
        """Return a page of somebody who is logged in; the first time they change the password they were given."""
        if user in self._contexts:
            return self._contexts[user].new_page()
        role, area, name, *more = _USERS[user]
        said = run(self.environment, "accounts", "new", user, "--role", role, "--area", area, "--name", name, *more)
        given = re.search(r"[:：]\s*(\S+)\s*$", said)
        assert given, said
        size = PHONE if phone else {"width": 1280, "height": 900}
        context = self.browser.new_context(viewport=size, locale="zh-CN", has_touch=phone, reduced_motion="reduce")
        self._contexts[user] = context
        context.on("dialog", lambda dialog: dialog.accept())
        page = context.new_page()
        page.goto(f"{self.url}login")
        page.fill("#user_id", user)
        page.fill("#password", given[1])
        page.click("button.main")
        page.fill("#old", given[1])
        page.fill("#new", _PASSWORD)
        page.fill("#again", _PASSWORD)
        page.click("#password button.main")
        page.wait_for_selector(".said.good")
        return page

    def tell(self, *facts: dict[str, object]) -> None:
        """Publish facts as upstream does; all of them are accepted."""
        lines = b"\n".join(orjson.dumps({"specversion": "1.0", "time": "2018-04-02T09:00:00+08:00"} | f) for f in facts)
        run(self.environment, "publish", "-", given=lines)

    def close(self, *days: str) -> None:
        """Close days."""
        day_closed = "cn.bangfu.calendar.day_closed.v1"
        source = {"source": "bangfu-clock", "type": day_closed}
        self.tell(*({"id": f"day-{day}", "data": {"date": day}} | source for day in days))


@pytest.fixture(scope="session")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Run a system as a user does and let the sample county live until the end of March 2018."""
    data = tmp_path_factory.mktemp("desk")
    keys = {f"BANGFU_{name}_KEY": f"{number:02x}" * 32 for number, name in enumerate(("PERSON", "CONTENT"), 1)}
    environment = os.environ | keys | {"BANGFU_DATA_DIR": str(data), "BANGFU_CLOCK": "off", "BANGFU_LANG": "zh"}
    with up(environment):
        url = orjson.loads((data / "running.json").read_bytes())["services"]["notify"] + "/"
        sample = (ROOT / "samples" / "events.jsonl").read_bytes().splitlines()[:UNTIL_MARCH]
        run(environment, "publish", "-", given=b"\n".join(sample), code=None)
        yield Desk(url, environment, browser, data)
