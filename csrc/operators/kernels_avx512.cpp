#define TUMBLE_ISA avx512
#define TUMBLE_VECTOR_BYTES 64
#define TUMBLE_TILE_ROWS 8
#include "operators/kernel_table.inc"
