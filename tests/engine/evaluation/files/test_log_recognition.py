"""Logs are told from tables of worlds by their first line."""

import gzip

import pytest

from engine.evaluation.files.log_recognition import is_log

DSJSON = b'{"_label_cost":-1.0,"c":{},"a":[1],"p":[1.0]}\n'


@pytest.mark.parametrize(
    "data",
    [
        b"event_id,age,action,propensity,reward\n1,30,Card,0.3,1\n",
        b"Customer;Offer shown;Probability;Reward\n1;Card;0,3;1\n",
        b"item,reward\nCard,1\n",
        DSJSON,
        gzip.compress(DSJSON, mtime=0),
        b'# {"format":"personalizer-playground-dsjson","version":1}\n' + DSJSON,
        b'{"format":"personalizer-playground-loop","version":1}\n',
        b"PAR1....",
    ],
)
def test_a_log_is_recognised(data: bytes) -> None:
    assert is_log(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n",
        b"age,channel,Card,Plan\nyoung,app,0.1,0.2\n",
        b"Offer,Pays,Features\nCard,120,\n",
        b"Field,Value,How often\nage,young,1\n",
        b'{"format":"personalizer-playground-world","version":1}\n',
        b'{\n "title": "Bank"\n}\n',
        b"[1]\n",
    ],
)
def test_tables_and_worlds_are_no_logs(data: bytes) -> None:
    assert not is_log(data)
