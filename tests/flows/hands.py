"""Two hands on a keyboard: whatever has the focus can be seen, and what one wants is never far away."""

import re

from playwright.sync_api import Page, expect

FARTHEST = 40  # presses of Tab from one thing to the next
STOP = re.compile(r"""- '?(?P<role>[a-z]+)(?: "(?P<name>(?:[^"\\]|\\.)*)")?(?:: (?P<text>.*))?""")
UNSEEN = """() => {  // what hides the place where somebody is, empty when nothing does
  const at = document.activeElement, box = at.getClientRects()[0];
  if (at === document.body || at.tabIndex < 0) return "";
  const drawn = (one) => {
    const look = getComputedStyle(one);
    return look.boxShadow !== "none" || look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0;
  };
  if (![at, at.closest("tr") || at].some(drawn)) return "nothing shows the focus";
  if (!box || box.width < 1 || box.height < 1) return "it has no size";
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  const most = Math.min(box.height, 110);  // of a long text its beginning
  if (left >= right || bottom - top < most - 2) return `only ${bottom - top} of ${box.height} are in the window`;
  const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const free = over && (at.contains(over) || over.contains(at) || over.closest("label")?.contains(at));
  return free ? "" : `it is covered by ${over?.outerHTML.slice(0, 80)}`;
}"""


class Hands:
    """A page that somebody works on without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def at(self) -> str:
        """Return what has the focus, as role and name: button "Send"."""
        focused = self.page.locator(":focus")
        said = STOP.match(focused.aria_snapshot() if focused.count() else "")
        if not said:
            return "the page"
        name = said["name"] if said["role"] != "text" else said["text"]
        role = "summary" if said["role"] == "text" else said["role"]
        return f'{role} "{(name or "").replace(chr(92) + chr(34), chr(34)).replace(chr(39) * 2, chr(39))}"'

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Type into what has the focus; what stands there is replaced."""
        self.press("Control+a")
        self.page.keyboard.type(text)

    def stand(self, role: str, name: str) -> None:
        """Insist that the focus is, or soon comes, on something that can be seen."""
        found = self.page.get_by_role(role, name=re.compile(f"^{re.escape(name)}")).and_(
            self.page.locator(":focus")
        )
        expect(found).to_be_visible()
        self._look()

    def tab_to(self, role: str, name: str, *, key: str = "Tab") -> None:
        """Press Tab until the focus is on this; every stop on the way is seen. name: how it begins."""
        wanted, passed = f'{role} "{name}', []
        for _ in range(FARTHEST):
            self.press(key)
            self._look()
            if self.at.startswith(wanted):
                return
            passed.append(self.at)
        raise AssertionError(f'{wanted}" is more than {FARTHEST} presses away, behind {passed}')

    def back_to(self, role: str, name: str) -> None:
        """The same, backwards."""
        self.tab_to(role, name, key="Shift+Tab")

    def choose(self, role: str, name: str) -> None:
        """Go to a link or a button and press it."""
        self.tab_to(role, name)
        self.press("Enter")

    def into(self, heading: str) -> None:
        """Be on a new page, and skip what every page begins with."""
        expect(self.page.get_by_role("heading", level=1, name=heading).first).to_be_visible()
        self.page.wait_for_load_state()  # a key is heard once the scripts have run
        self.tab_to("link", "Skip to the page")
        self.press("Enter")

    def _look(self) -> None:
        hidden = self.page.evaluate(UNSEEN)
        assert not hidden, f"{self.at}: {hidden}"
