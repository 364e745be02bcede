#define TUMBLE_ISA baseline
#define TUMBLE_VECTOR_BYTES 16
#define TUMBLE_TILE_ROWS 4
#include "operators/kernel_table.inc"
