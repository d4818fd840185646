"""The words that mean the same in every file: keywords, literals and everyday names of common languages.

A word in this set keeps its identity when code is compared up to renaming; every other identifier is
reduced to its shape.  It is a fixed list, so that two processes always agree about what a shape is.
Changing it changes the index format: raise `segment.VERSION` with it.
"""

from __future__ import annotations

__all__ = ["COMMON_WORDS"]

_KEYWORDS = """
abstract and any as assert async auto await base become begin bool boolean break byte bytes case catch chan
char checked class clone companion complex const constexpr constructor continue crate data debugger declare
def default defer del delegate delete do double dyn elif else elsif end ensure enum event except explicit
export extends extern fallthrough false False fin final finally fixed float fn for foreach friend from fun
func function get global go goto guard if impl implements implicit import in include infer init inline inout
instanceof int interface internal is keyof lambda let lock long loop macro map match mod module move mut
mutable namespace native new nil noexcept None nonlocal not null nullptr object of open operator or out
override package params partial pass print private protected protocol pub public raise range readonly record
ref register reified require rescue restrict return sealed select self Self set short signed sizeof static
str strictfp string struct super suspend switch synchronized template then this throw throws trait transient
true True try tuple type typealias typedef typename typeof uint undefined union unknown unless unsafe
unsigned until use using val value var vararg virtual void volatile when where while with yield
"""

_EVERYDAY_NAMES = """
Any Array Boolean Callable Dict Err Error Exception Iterable Iterator List Map None Number Object Ok Option
Optional Promise Result Sequence Set Some String Tuple Type Union Vec abs add all append args argv
assertEqual assertEquals assertRaises assertTrue box catch classmethod close console contains context copy
count dataclass describe dict display document done each encode decode endswith entries err errors exit
expect extend fail file filter find first fmt format forEach fprintf getattr hasattr hash header id index
indexOf info insert int isinstance issubclass it items iter join json key keys kwargs last len length line
lines list log logger logging lower main max message min mock msg name next nil node ok open options os out
parametrize parse path pop print printf println process property push put pytest query read remove repeat
replace request resolve response result results reverse row rows run setattr setUp size slice sort sorted
source split start startswith staticmethod status std stop strip sub sum sys t tearDown test text then time
to toEqual toBe toString trim true typing unwrap update upper url utf user values vec vector window words
write writer wrap zip i j k n x y e f a b c p s r v w
"""

COMMON_WORDS = frozenset((_KEYWORDS + _EVERYDAY_NAMES).split())
