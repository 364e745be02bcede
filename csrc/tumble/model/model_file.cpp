#include "tumble/model/model_file.h"

#include <c10/util/Exception.h>
#include <caffe2/serialize/inline_container.h>
#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "tumble/base/error.h"
#include "tumble/base/nearest.h"
#include "tumble/model/archive_check.h"
#include "tumble/model/metadata.h"

namespace fs = std::filesystem;

namespace tumble {

namespace {

/// `<package>/share/models`, seen from `<package>/lib/libtumble.so`, where this code is.
std::string package_models() {
    Dl_info info{};
    if (dladdr(reinterpret_cast<const void*>(&package_models), &info) == 0 || info.dli_fname == nullptr) return "";
    const fs::path library = fs::absolute(info.dli_fname).lexically_normal();
    return (library.parent_path().parent_path() / "share" / "models").string();
}

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

}  // namespace

std::vector<std::string> model_folders() {
    std::vector<std::string> folders;
    if (const char* variable = std::getenv("TUMBLE_MODELS")) {
        std::istringstream stream(variable);
        for (std::string folder; std::getline(stream, folder, ':');) {
            if (!folder.empty()) folders.push_back(folder);
        }
    }
    if (const std::string folder = package_models(); !folder.empty()) folders.push_back(folder);
    return folders;
}

namespace {

/// The model that was probably meant, or all that there are.
std::string hint_at_models(const std::string& name) {
    std::vector<std::string> known;
    for (const auto& folder : model_folders()) {
        std::set<std::string> here;
        std::error_code ignored;
        for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
            if (entry->path().extension() == ".pt") here.insert(entry->path().stem().string());
        }
        for (const auto& model : known) here.erase(model);
        known.insert(known.end(), here.begin(), here.end());
    }
    if (known.empty()) return "";
    const std::string question = did_you_mean(fs::path(name).stem().string(), known);
    if (!question.empty()) return question;
    std::string list;
    for (const auto& model : known) list += (list.empty() ? "; known models: " : ", ") + model;
    return list;
}

}  // namespace

std::string find_model(const std::string& name) {
    if (is_file(name)) return name;
    std::string looked = "the current folder";
    for (const auto& folder : model_folders()) {
        for (const auto& candidate : {fs::path(folder) / name, fs::path(folder) / (name + ".pt")}) {
            if (is_file(candidate)) return candidate.string();
        }
        looked += ", " + folder;
    }
    throw ModelFileError(message("model `", name, "`: expected a file or the name of a model, found neither in ",
                                 looked, "; set TUMBLE_MODELS to add folders", hint_at_models(name)));
}

std::string read_metadata_text(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) throw ModelFileError(message("model file `", path, "`: can't be opened for reading"));
    std::array<char, 4> magic{};
    stream.read(magic.data(), magic.size());
    if (stream.gcount() == 0) throw ModelFileError(message("model file `", path, "`: the file is empty"));
    if (magic != std::array<char, 4>{'P', 'K', 3, 4}) {
        throw ModelFileError(
            message("model file `", path, "`: expected a TorchScript archive, got another kind of file"));
    }
    const auto damaged = [&path](const std::string& reason) {
        return ModelFileError(
            message("model file `", path, "`: truncated or corrupt (", reason, "); get it again, or export it again"));
    };
    if (const std::string damage = damage_of_archive(path); !damage.empty()) throw damaged(damage);
    try {
        caffe2::serialize::PyTorchStreamReader reader(path);
        if (!reader.hasRecord("constants.pkl")) {
            throw ModelFileError(message("model file `", path,
                                         "`: expected a TorchScript archive, got an archive without code",
                                         " (weights saved by torch.save can't be run: use `tumble export`)"));
        }
        if (!reader.hasRecord("extra/tumble.json")) {
            throw ModelFileError(message("model file `", path,
                                         "`: this is a plain TorchScript file without Tumble's metadata;",
                                         " write the model with `tumble.export`"));
        }
        const auto [data, size] = reader.getRecord("extra/tumble.json");
        return {static_cast<const char*>(data.get()), size};
    } catch (const c10::Error& error) {
        throw damaged(error.what_without_backtrace());
    }
}

Metadata read_metadata(const std::string& path) {
    const std::string text = read_metadata_text(path);
    try {
        return parse_metadata(text);
    } catch (const MetadataError& error) {
        throw MetadataError(message("model file `", path, "`: ", error.what()));
    }
}

}  // namespace tumble
