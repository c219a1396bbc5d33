"""Details of PHP that the labelled file does not show."""

import pytest

pytest.importorskip("tree_sitter_php")

from careen.behaviour.code.php import php_matches


def matches(code):
    return [(match.rule, match.severity, match.confidence) for match in php_matches(b"<?php\n" + code)]


def test_a_value_of_a_request_is_rated_higher():
    assert matches(b"system('ls ' . $x);") == [("COD-001", None, None)]
    assert matches(b"system('ls ' . $_GET['x']);") == [("COD-001", "high", None)]
    assert matches(b"$q = 'SELECT a FROM t WHERE b=' . $b; $db->query($q);") == []
    assert matches(b"$db->query('SELECT a FROM t WHERE b=' . $_POST['b']);") == [("COD-004", "high", "likely")]


def test_a_variable_alone_may_be_quoted_elsewhere():
    assert matches(b"exec($command);") == [("COD-001", None, "possible")]


def test_text_outside_of_the_tags_is_no_code():
    assert list(php_matches(b"<p>system($_GET['x'])</p> <?php echo 1 ?> eval($x)")) == []


def test_each_short_tag_prints_one_value():
    found = list(
        php_matches(b"<a><?= $_GET['a'] ?></a>\n<?php $b = $_GET['b']; ?>\n<b><?= htmlspecialchars($b) ?></b>\n<?= $b ?>")
    )
    assert [(match.rule, match.line) for match in found] == [("COD-013", 1), ("COD-013", 4)]


def test_addresses_that_a_request_chooses():
    assert matches(b"curl_init($_GET['u']);") == [("COD-021", None, None)]
    assert matches(b"$u = $_POST['u']; curl_setopt($c, CURLOPT_URL, $u);") == [("COD-021", None, None)]
    assert matches(b"curl_init('https://a.example/' . $_GET['u']); curl_init($url);") == []


def test_a_request_chooses_what_is_applied_to_a_list():
    assert matches(b"array_map($_GET['f'], $a);") == [("COD-002", "high", None)]
    assert matches(b"array_map('trim', $_GET);") == []
