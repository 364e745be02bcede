echo -4 > /proc/self/autogroup
cd /work/h/fin15; . /work/h/env.sh
export TUMBLE_PEERS=/work/h/peers
python -m pytest -m peers -v -p no:cacheprovider --durations=30 > /tmp/aud/peertests.log 2>&1
