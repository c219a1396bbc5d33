"""Details of Ruby that the labelled file does not show."""

import pytest

pytest.importorskip("tree_sitter_ruby")

from careen.behaviour.code.ruby import ruby_matches


def matches(code):
    return [(match.rule, match.severity, match.confidence) for match in ruby_matches(code)]


def test_a_value_of_a_request_is_rated_higher():
    assert matches(b'system("ls #{x}")') == [("COD-001", None, None)]
    assert matches(b'system("ls #{params[:x]}")') == [("COD-001", "high", None)]
    assert matches(b'A.find_by_sql("select a from b where c = #{d}")') == [("COD-004", None, None)]
    assert matches(b"A.where(params[:b])") == [("COD-004", "high", "likely")]


def test_a_variable_alone_may_be_quoted_elsewhere():
    assert matches(b"system(command)") == [("COD-001", None, "possible")]


def test_methods_of_other_objects_are_other_methods():
    assert matches(b"client.system('ls ' + x)\nqueue.open(params[:x])\ntask.exec(command)\n") == []


def test_addresses_that_a_request_chooses():
    assert matches(b"Net::HTTP.get(URI(params[:u]))") == [("COD-021", None, None)]
    assert matches(b"u = params[:u]\nHTTParty.get(u)") == [("COD-021", None, None)]
    assert matches(b'HTTParty.get("https://a.example/#{params[:u]}")\nNet::HTTP.get(URI(url))\ncache.get(params[:u])') == []
