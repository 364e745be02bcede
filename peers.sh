echo -4 > /proc/self/autogroup
cd /work/h/fin15; . /work/h/env.sh
python benchmarks/audit_table.py /tmp/aud --peers /work/h/peers --metatrain /work/h/peers/mttrain/outputs/*/*/model_6.ckpt --n2p2 /work/shared/data/nnp-water > /tmp/aud/table2.txt 2> /tmp/aud/log2.txt
