import pytest

np = pytest.importorskip("numpy")

from careen.origin.common import FAMILIES, distinctive, listed  # noqa: E402
from careen.origin.features import features_of  # noqa: E402
from careen.origin.spans import HASH_BITS  # noqa: E402

PROLOGUE = b"""
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
"""


def test_the_list_is_in_order():
    for family in FAMILIES:
        assert listed(family).size > (100 if family == "file" else 1000)
        assert bool((np.diff(listed(family)) > 0).all())
        assert int(listed(family).max()) < 1 << HASH_BITS


def test_what_a_bundler_writes_is_common():
    for family in ("letters", "tokens"):
        hashes = features_of("a.js", PROLOGUE)[family]
        assert distinctive(family, hashes).size < 0.7 * hashes.size


PARSER = b"""
        if (typeof action === 'undefined' || !action.length || !action[0]) {
            if (!recovering) {
                expected = [];
                for (p in table[state]) if (this.terminals_[p] && p > 2) {
                    expected.push("'"+this.terminals_[p]+"'");
                }
            }
            if (recovering == 3) {
                if (symbol == EOF) {
                    throw new Error(errStr || 'Parsing halted.');
                }
                yyleng = this.lexer.yyleng;
                yytext = this.lexer.yytext;
                yylineno = this.lexer.yylineno;
                yyloc = this.lexer.yylloc;
                symbol = lex();
            }
            while (1) {
                if ((TERROR.toString()) in table[state]) {
                    break;
                }
                if (state == 0) {
                    throw new Error(errStr || 'Parsing halted.');
                }
                popStack(1);
                state = stack[stack.length-1];
            }
            preErrorSymbol = symbol;
            symbol = TERROR;
            state = stack[stack.length-1];
            action = table[state] && table[state][TERROR];
            recovering = 3;
        }
"""  # a part of what Jison 0.2.13 writes into each parser (MIT)


def test_what_a_generator_of_parsers_writes_is_common():
    for family in ("letters", "tokens"):
        hashes = features_of("a.js", PARSER)[family]
        assert distinctive(family, hashes).size < 0.5 * hashes.size


def test_other_code_and_other_families_stay():
    hashes = np.array([1, 2, int(listed("letters")[0])], np.uint64)
    hashes.sort()
    assert distinctive("letters", hashes).size == 2
    assert distinctive("literals", hashes).tolist() == hashes.tolist()


SHA1 = b"""
#define SHA1_R(a, b, c, d, e, f, k, w) e += ROL(a, 5) + f + k + w; b = ROL(b, 30)
#define rol(value, bits) (((value) << (bits)) | ((value) >> (32 - (bits))))
#define blk0(i) (block->l[i] = (rol(block->l[i],24)&0xFF00FF00) |(rol(block->l[i],8)&0x00FF00FF))
#define blk(i) (block->l[i&15] = rol(block->l[(i+13)&15]^block->l[(i+8)&15] ^block->l[(i+2)&15]^block->l[i&15],1))
#define R0(v,w,x,y,z,i) z+=((w&(x^y))^y)+blk0(i)+0x5A827999+rol(v,5);w=rol(w,30);
#define R1(v,w,x,y,z,i) z+=((w&(x^y))^y)+blk(i)+0x5A827999+rol(v,5);w=rol(w,30);
"""


def test_the_usual_code_of_a_public_algorithm_is_common():
    for family in ("letters", "tokens"):
        hashes = features_of("a.c", SHA1)[family]
        assert distinctive(family, hashes).size < 0.7 * hashes.size


# Written by Babel 7.12 and 7.26 (MIT) into files that have classes.
CLASSES = [
    b"""
function _inherits(subClass, superClass) {
  if (typeof superClass !== "function" && superClass !== null) {
    throw new TypeError("Super expression must either be null or a function");
  }
  subClass.prototype = Object.create(superClass && superClass.prototype, {
    constructor: { value: subClass, writable: true, configurable: true }
  });
  if (superClass) _setPrototypeOf(subClass, superClass);
}
function _assertThisInitialized(self) {
  if (self === void 0) {
    throw new ReferenceError("this hasn't been initialised - super() hasn't been called");
  }
  return self;
}
""",
    b"""
function _inherits(t, e) {
  if ("function" != typeof e && null !== e) throw new TypeError("Super expression must either be null or a function");
  t.prototype = Object.create(e && e.prototype, {
    constructor: { value: t, writable: true, configurable: true }
  }), Object.defineProperty(t, "prototype", { writable: false }), e && _setPrototypeOf(t, e);
}
""",
]


@pytest.mark.parametrize("code", CLASSES)
def test_what_a_compiler_writes_is_common_amid_any_code(code):
    before, after = (b"".join(b"call(%d, %s);\n" % (at, name) for at in range(40)) for name in (b"first", b"second"))
    own, hashes = (features_of("a.js", text)["letters"] for text in (before + after, before + code + after))
    written = np.setdiff1d(hashes, own)
    assert distinctive("letters", written).size <= 4 < written.size  # those that are partly in the other code
