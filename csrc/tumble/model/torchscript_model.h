#pragma once
/// TorchScript archives with `tumble.json` as an extra record. Internal to the core: this header needs torch.

#include "tumble/model/model.h"

namespace tumble {

const ModelFormat& torchscript_format();

}  // namespace tumble
