#include "tumble/model/archive_check.h"

#include <c10/util/Exception.h>
#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <vector>

#include "tumble/base/error.h"

namespace tumble {

namespace {

using Bytes = std::vector<unsigned char>;

/// Return the CRC-32 of zip: polynomial 0x04C11DB7, reflected (APPNOTE.TXT of PKWARE, 4.4.7).
std::uint32_t crc32(const unsigned char* data, std::size_t size) {
    static const auto table = [] {
        std::array<std::uint32_t, 256> entries{};
        for (std::uint32_t byte = 0; byte < entries.size(); ++byte) {
            std::uint32_t value = byte;
            for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1u) != 0 ? 0xEDB88320u : 0u);
            entries[byte] = value;
        }
        return entries;
    }();
    std::uint32_t crc = 0xFFFFFFFFu;
    for (std::size_t i = 0; i < size; ++i) crc = (crc >> 8) ^ table[(crc ^ data[i]) & 0xFFu];
    return ~crc;
}

/// Read a little-endian number of `width` bytes.
/// @throws Error if it lies beyond the end
std::uint64_t number(const Bytes& bytes, std::size_t place, int width) {
    if (place + static_cast<std::size_t>(width) > bytes.size()) throw Error("its table of contents is cut short");
    std::uint64_t value = 0;
    for (int i = width - 1; i >= 0; --i) value = (value << 8) | bytes[place + static_cast<std::size_t>(i)];
    return value;
}

Bytes read(std::ifstream& stream, std::uint64_t place, std::uint64_t size) {
    Bytes bytes(size);
    stream.seekg(static_cast<std::streamoff>(place));
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (!stream) throw Error("it is cut short");
    return bytes;
}

struct Table {
    std::uint64_t entries, size, place;
};

/// Find the table of contents: 4.3.14 to 4.3.16 of the APPNOTE.
Table find_table(std::ifstream& stream, std::uint64_t file_size) {
    constexpr std::uint64_t end_size = 22, locator_size = 20, longest_comment = 0xFFFF, end64_size = 56;
    constexpr std::uint64_t end_mark = 0x06054b50, locator_mark = 0x07064b50, end64_mark = 0x06064b50;
    if (file_size < end_size) throw Error("it is cut short");
    const std::uint64_t first = file_size - std::min(file_size, end_size + locator_size + longest_comment);
    const Bytes tail = read(stream, first, file_size - first);
    std::size_t end = tail.size() - end_size;
    while (number(tail, end, 4) != end_mark) {
        if (end == 0) throw Error("it has no end");
        --end;
    }
    Table table{number(tail, end + 10, 2), number(tail, end + 12, 4), number(tail, end + 16, 4)};
    if (end >= locator_size && number(tail, end - locator_size, 4) == locator_mark) {
        const std::uint64_t place = number(tail, end - locator_size + 8, 8);
        if (file_size < end64_size || place > file_size - end64_size) throw Error("it has no end");
        const Bytes end64 = read(stream, place, end64_size);
        if (number(end64, 0, 4) != end64_mark) throw Error("it has no end");
        table = {number(end64, 32, 8), number(end64, 40, 8), number(end64, 48, 8)};
    }
    if (table.place > file_size || table.size > file_size - table.place) {
        throw Error("its table of contents is cut short");
    }
    return table;
}

/// Return the CRC-32 of each record, by the name that torch uses: 4.3.12 of the APPNOTE.
std::map<std::string, std::uint32_t> checksums(std::ifstream& stream, std::uint64_t file_size) {
    constexpr std::uint64_t header_size = 46, header_mark = 0x02014b50, highest_compression = 1032;  // deflate's
    const Table table = find_table(stream, file_size);
    const Bytes bytes = read(stream, table.place, table.size);
    std::map<std::string, std::uint32_t> found;
    std::size_t place = 0;
    for (std::uint64_t entry = 0; entry < table.entries; ++entry) {
        if (number(bytes, place, 4) != header_mark) throw Error("its table of contents is damaged");
        const auto crc = static_cast<std::uint32_t>(number(bytes, place + 16, 4));
        const std::uint64_t stored = number(bytes, place + 20, 4), unpacked = number(bytes, place + 24, 4);
        const std::size_t name_size = number(bytes, place + 28, 2);
        const std::size_t extras = number(bytes, place + 30, 2) + number(bytes, place + 32, 2);
        if (place + header_size + name_size + extras > bytes.size()) {
            throw Error("its table of contents is cut short");
        }
        const auto* text = reinterpret_cast<const char*>(bytes.data() + place + header_size);
        // otherwise torch would allocate as much memory as a wrong number states
        if (unpacked != 0xFFFFFFFFu && unpacked / highest_compression > stored + 1) {
            throw Error("its table of contents is damaged");
        }
        const std::string name(text, name_size);  // folder/record, with one folder for all records
        if (!found.emplace(name.substr(name.find('/') + 1), crc).second) throw Error("it holds a record twice");
        place += header_size + name_size + extras;
    }
    if (place != bytes.size()) throw Error("its table of contents is damaged");
    return found;
}

/// Compare every record with its checksum.
/// @returns the damage, or nothing
std::optional<std::string> compare(const std::string& path, const std::map<std::string, std::uint32_t>& expected) {
    caffe2::serialize::PyTorchStreamReader reader(path);
    const std::vector<std::string> names = reader.getAllRecords();
    if (names.size() != expected.size()) return "its table of contents is damaged";
    for (const std::string& name : names) {
        const auto entry = expected.find(name);
        if (entry == expected.end()) return "its table of contents is damaged";
        const auto [data, size] = reader.getRecord(name);
        if (crc32(static_cast<const unsigned char*>(data.get()), size) != entry->second) {
            return message("record `", name, "` doesn't match its checksum");
        }
    }
    return std::nullopt;
}

}  // namespace

std::string damage_of_archive(const std::string& path) {
    try {
        std::ifstream stream(path, std::ios::binary | std::ios::ate);
        if (!stream) return "it can't be read";
        const auto size = static_cast<std::uint64_t>(stream.tellg());
        return compare(path, checksums(stream, size)).value_or("");
    } catch (const Error& error) {
        return error.what();
    } catch (const c10::Error& error) {  // from torch's reader
        return error.what_without_backtrace();
    }
}

}  // namespace tumble
