"""Which lines above enclose a place: `>` marks those that are kept, `*` the line that the statement begins in."""

from __future__ import annotations

import pytest

from foretype.postprocess.languages import language_of
from foretype.postprocess.streaming.skeleton import skeleton


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "python",
            """\
  import os
> class A:
      x = 1
>     def f(self):
          y = 2
*         if y:
""",
        ),
        (
            "python",
            """\
> def f(
>     a,
> ):
      b()
*     while a:
""",
        ),
        (
            "python",
            """\
> def f():
*     if a:
>         b()
>     elif c:
>         d()
>     else:
""",
        ),
        (
            "c",
            """\
> int main(void)
> {
      a();
  #ifdef X
  out:
*     if (b) {
""",
        ),
        (
            "c",
            """\
> void f() {
*     if (a) {
>         b();
>     } else {
""",
        ),
        (
            "c",
            """\
> void f() {
      if (a) {
          b();
      }
*     while (c) {
""",
        ),
        (
            "go",
            """\
> func f() {
> 	if a &&
> 		b {
* 		for {
""",
        ),
        (
            "rust",
            """\
> impl<T> A for B<T>
> where
>     T: Clone,
> {
*     fn f() {
""",
        ),
    ],
)
def test_the_lines_that_enclose_a_place(language: str, text: str):
    rows = text.splitlines()
    lines = [row[2:] for row in rows]
    found = skeleton(lines[:-1], lines[-1], language_of(language))
    assert list(found.lines) == [row[2:] for row in rows[:-1] if row[0] in ">*"]
    marked = [row[0] for row in rows if row[0] in ">*"]
    if rows[-1][0] == ">":  # the cursor's own line goes on with what is marked
        marked = marked[:-1]
    assert found.row == marked.index("*")


def test_a_skeleton_has_an_end():
    above = ["    if a:", *["        b()"] * 1_000]
    assert len(skeleton(above, "    else:", language_of("python")).lines) <= 200
