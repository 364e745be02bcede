#include "tumble/model/model_file.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>

#include "tumble/base/error.h"
#include "tumble/base/nearest.h"
#include "tumble/model/metadata.h"
#include "tumble/model/model.h"

namespace fs = std::filesystem;

namespace tumble {

namespace {

/// Return `<package>/share/models`, found from the path of this library, `<package>/lib/libtumble.so`.
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

/// Return the model that was probably meant, or all known models.
std::string hint_at_models(const std::string& name) {
    std::vector<std::string> known;
    for (const auto& folder : model_folders()) {
        std::set<std::string> here;
        std::error_code ignored;
        for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
            for (const ModelFormat* format : model_formats()) {
                if (entry->path().extension() == format->extension()) here.insert(entry->path().stem().string());
            }
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
        if (is_file(fs::path(folder) / name)) return (fs::path(folder) / name).string();
        for (const ModelFormat* format : model_formats()) {
            const fs::path candidate = fs::path(folder) / (name + format->extension());
            if (is_file(candidate)) return candidate.string();
        }
        looked += ", " + folder;
    }
    throw ModelFileError(message("model `", name, "`: expected a file or the name of a model, found neither in ",
                                 looked, "; set TUMBLE_MODELS to add folders", hint_at_models(name)));
}

Metadata read_metadata(const std::string& path) {
    const std::string text = format_of(path).metadata(path);
    try {
        return parse_metadata(text);
    } catch (const MetadataError& error) {
        throw MetadataError(message("model file `", path, "`: ", error.what()));
    }
}

}  // namespace tumble
