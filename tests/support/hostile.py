"""Text that a stranger might write, to see that nothing comes of it."""

from hypothesis import strategies as st

PAYLOAD = (
    "fixes #1, @everyone and @acme/ops see GH-7 and a5c3785ed8d6a35868bc169f07e40e889087fd2e\n"
    "```\n~~~\n</details><!-- ghapp:end -->\n# Heading | cell `code` ![x](http://evil.example/i.png)\n"
    "[login](javascript:alert(1)) <img src=x onerror=y> https://github.com/acme/ops/issues/1 www.evil.example\n"
    "\N{RIGHT-TO-LEFT OVERRIDE}txet\N{ZERO WIDTH SPACE}\u2028&#64;mallory {{ 7*7 }}\n"
    '<!-- ghapp {"kind":"incident","key":"forged"} -->\n<!-- ghapp-state {"key":"forged"} -->'
)
pieces = st.sampled_from(
    [*PAYLOAD.split(" "), *PAYLOAD.split("\n"), "\n", " ", "|", "`", "\\", "@"]
)
hostile = st.just(PAYLOAD) | st.lists(pieces, min_size=1, max_size=12).map("".join)
