#include "tumble/model/metadata.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tumble/base/error.h"
#include "tumble/base/nearest.h"
#include "tumble/base/printable.h"

namespace tumble {

namespace {

using nlohmann::json;

/// No model has more hops, and the number must fit into an `int`.
constexpr std::int64_t most_hops = 1000;

/// Å; no model has a longer cutoff, and a search for neighbors with a much larger number wouldn't end.
constexpr double longest_cutoff = 100.0;

/// A deeper document would exhaust the stack, since documents are written and compared by recursion.
constexpr int deepest = 100;

/// Refuse a document that is nested too deeply; the parser calls this for each element.
bool check_nesting(int depth, json::parse_event_t, json&) {
    if (depth > deepest) {
        throw MetadataError(message("metadata: expected a document of at most ", deepest, " levels, got more"));
    }
    return true;
}

/// A value with its path in the document, for messages.
struct Field {
    const json& value;
    std::string path;

    Field operator[](const std::string& key) const {
        if (!value.is_object()) fail("an object");
        const auto found = value.find(key);
        const std::string child = path.empty() ? key : path + "." + key;
        if (found == value.end())
            throw MetadataError(message("metadata field `", child, "`: expected a value, got none"));
        return {*found, child};
    }

    Field operator[](std::size_t index) const { return {value.at(index), message(path, "[", index, "]")}; }

    [[noreturn]] void fail(const std::string& expected) const {
        std::string got = value.dump(-1, ' ', true);  // escaped, so that it can be cut anywhere
        if (got.size() > 60) got = got.substr(0, 57) + "...";
        throw MetadataError(message("metadata field `", path, "`: expected ", expected, ", got ", got));
    }

    std::string text() const {
        if (!value.is_string() || value.get_ref<const std::string&>().empty()) fail("a string that isn't empty");
        return value.get<std::string>();
    }

    double number() const {
        if (!value.is_number() || !std::isfinite(value.get<double>())) fail("a finite number");
        return value.get<double>();
    }

    std::int64_t count() const {
        if (!value.is_number_integer() || value.get<std::int64_t>() < 0) fail("an integer from 0");
        return value.get<std::int64_t>();
    }

    std::int64_t positive_integer() const {
        if (!value.is_number_integer() || value.get<std::int64_t>() < 1) fail("an integer above 0");
        return value.get<std::int64_t>();
    }

    std::size_t list(std::size_t length = 0) const {
        if (!value.is_array() || (length > 0 && value.size() != length)) {
            fail(length > 0 ? message("a list of ", length) : std::string("a list"));
        }
        return value.size();
    }

    Vector3 vector3() const {
        list(3);
        return {(*this)[0].number(), (*this)[1].number(), (*this)[2].number()};
    }

    Matrix3 matrix3() const {
        list(3);
        return {(*this)[0].vector3(), (*this)[1].vector3(), (*this)[2].vector3()};
    }

    std::string one_of(const std::vector<std::string>& allowed) const {
        const std::string given = text();
        if (std::find(allowed.begin(), allowed.end(), given) == allowed.end()) {
            std::string choices;
            for (const auto& a : allowed) choices += (choices.empty() ? "" : " or ") + a;
            fail(choices);
        }
        return given;
    }
};

std::vector<std::string> text_list(const Field& field) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < field.list(); ++i) {
        texts.push_back(field[i].text());
        if (printable(texts.back()) != texts.back()) field[i].fail("letters that can be printed");
        if (std::count(texts.begin(), texts.end(), texts.back()) > 1) field.fail("no entry twice");
    }
    return texts;
}

std::vector<Vector3> vector_list(const Field& field, std::size_t length) {
    field.list();
    if (field.value.size() != length) {
        throw MetadataError(message("metadata field `", field.path, "`: expected one vector for each of ", length,
                                    " atoms, got ", field.value.size()));
    }
    std::vector<Vector3> vectors;
    for (std::size_t i = 0; i < length; ++i) vectors.push_back(field[i].vector3());
    return vectors;
}

Reference parse_reference(const Field& field, const Metadata& metadata) {
    Reference reference;
    reference.name = printable(field["name"].text());
    const Field symbols = field["symbols"];
    for (std::size_t i = 0; i < symbols.list(); ++i) {
        const auto found = std::find(metadata.species.begin(), metadata.species.end(), symbols[i].text());
        if (found == metadata.species.end()) symbols[i].fail("one of the model's species");
        reference.structure.species.push_back(found - metadata.species.begin());
    }
    const std::size_t atoms = reference.structure.species.size();
    reference.structure.positions = vector_list(field["positions"], atoms);
    reference.structure.cell = field["cell"].matrix3();
    const Field periodic = field["periodic"];
    periodic.list(3);
    for (std::size_t a = 0; a < 3; ++a) {
        if (!periodic[a].value.is_boolean()) periodic[a].fail("true or false");
        reference.structure.periodic[a] = periodic[a].value.get<bool>();
    }
    reference.energy = field["energy"].number();
    reference.forces = vector_list(field["forces"], atoms);
    reference.virial = field["virial"].matrix3();
    return reference;
}

void check_format(const Field& root) {
    const Field format = root["format"];
    format["name"].one_of({"tumble"});
    const std::int64_t version = format["version"].positive_integer();
    if (version > format_version) {
        throw MetadataError(message("metadata field `format.version`: expected at most ", format_version, ", got ",
                                    version, "; the file was written by a newer Tumble: update this one"));
    }
}

std::string parse_symmetry(const Field& symmetry) {
    symmetry["group"].one_of({"O(3)"});
    symmetry["how"].text();
    for (const char* error : {"energy_error", "force_error"}) {
        const Field field = symmetry[error];
        if (!field.value.is_null() && !(field.number() >= 0.0)) field.fail("null or a number from 0");
    }
    for (const char* part : {"under_rotations", "under_inversion"}) {
        if (!symmetry.value.contains(part)) continue;  // files of earlier versions have none
        for (const char* error : {"energy_error", "force_error"}) {
            const Field field = symmetry[part][error];
            if (!(field.number() >= 0.0)) field.fail("a number from 0");
        }
    }
    return symmetry["kind"].one_of({"exact", "rotations", "approximate"});
}

/// Check the fields that the core doesn't use, which document the model for its users.
void check_documentation(const Field& root) {
    const Field provenance = root["provenance"];
    const Field data = provenance["data"];
    for (std::size_t i = 0; i < data.list(); ++i) {
        data[i]["name"].text();
        data[i]["sha256"].text();
        data[i]["frames"].count();
    }
    for (const char* part : {"seeds", "metrics", "configuration"}) {
        const Field field = provenance[part];
        if (!field.value.is_object()) field.fail("an object");
    }
    root["parameters"].count();
    for (const char* version : {"torch", "tumble"}) root["versions"][version].text();
    for (const char* text : {"created", "licence", "citation"}) root[text].text();
}

Metadata parse(const Field& root) {
    check_format(root);
    Metadata metadata;
    metadata.name = printable(root["name"].text());
    metadata.species = text_list(root["species"]);
    if (metadata.species.empty()) root["species"].fail("at least one chemical symbol");
    metadata.cutoff = root["cutoff"].number();
    if (!(metadata.cutoff > 0.0)) root["cutoff"].fail("a length above 0 Å");
    if (metadata.cutoff > longest_cutoff) root["cutoff"].fail(message("at most ", longest_cutoff, " Å"));
    const std::int64_t depth = root["depth"].positive_integer();
    if (depth > most_hops) root["depth"].fail(message("at most ", most_hops));
    metadata.depth = static_cast<int>(depth);
    metadata.dtype = root["dtype"].one_of({"float32", "float64"});
    metadata.outputs = text_list(root["outputs"]);
    if (std::find(metadata.outputs.begin(), metadata.outputs.end(), "energy") == metadata.outputs.end()) {
        root["outputs"].fail("`energy` among the outputs");
    }
    const Field baseline = root["baseline"];
    baseline.list(metadata.species.size());
    for (std::size_t i = 0; i < metadata.species.size(); ++i) metadata.baseline.push_back(baseline[i].number());
    metadata.bytes_per_edge = root["bytes_per_edge"].positive_integer();
    metadata.symmetry_kind = parse_symmetry(root["symmetry"]);
    check_documentation(root);
    const Field references = root["references"];
    if (references.list() == 0) references.fail("at least one reference structure");
    for (std::size_t i = 0; i < references.value.size(); ++i) {
        metadata.references.push_back(parse_reference(references[i], metadata));
    }
    return metadata;
}

}  // namespace

Metadata parse_metadata(const std::string& text) {
    try {
        const json document = json::parse(text, &check_nesting);
        Metadata metadata = parse(Field{document, ""});
        metadata.json = text;
        return metadata;
    } catch (const json::exception& error) {
        // the parser quotes the input, which may not be valid text
        std::string reason = error.what();
        std::replace_if(reason.begin(), reason.end(), [](char c) { return static_cast<signed char>(c) < 0; }, '?');
        throw MetadataError(message("metadata: expected a JSON document, got a parse error: ", reason));
    }
}

std::int64_t Metadata::species_index(const std::string& symbol) const {
    const auto found = std::find(species.begin(), species.end(), symbol);
    if (found != species.end()) return found - species.begin();
    throw StructureError("`species`: " + expected_one_of(species, symbol));
}

}  // namespace tumble
