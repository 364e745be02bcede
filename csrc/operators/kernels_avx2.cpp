#define TUMBLE_ISA avx2
#define TUMBLE_VECTOR_BYTES 32
#define TUMBLE_TILE_ROWS 4
#include "operators/kernel_table.inc"
