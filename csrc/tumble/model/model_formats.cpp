#include <array>
#include <fstream>

#include "tumble/base/error.h"
#include "tumble/model/model.h"
#include "tumble/model/torchscript_model.h"

namespace tumble {

const std::vector<const ModelFormat*>& model_formats() {
    static const std::vector<const ModelFormat*> formats{&torchscript_format()};
    return formats;
}

const ModelFormat& format_of(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) throw ModelFileError(message("model file `", path, "`: can't be opened for reading"));
    std::array<char, 64> bytes{};
    stream.read(bytes.data(), bytes.size());
    const std::string_view head(bytes.data(), static_cast<std::size_t>(stream.gcount()));
    if (head.empty()) throw ModelFileError(message("model file `", path, "`: the file is empty"));
    std::string names;
    for (const ModelFormat* format : model_formats()) {
        if (format->recognizes(path, head)) return *format;
        names += (names.empty() ? "a " : " or a ") + format->name();
    }
    throw ModelFileError(message("model file `", path, "`: expected ", names, ", got another kind of file"));
}

std::unique_ptr<Model> load_model(const std::string& path, at::Device device, const std::string& dtype) {
    return format_of(path).load(path, device, dtype);
}

}  // namespace tumble
