#include "tumble/base/elements.h"

#include <cmath>

namespace tumble {
namespace {

struct Element {
    const char* symbol;
    double weight;
    int lightest, heaviest;  // mass numbers of isotopes: natural ones, T and 14C, or the longest-lived ones
};

// Standard atomic weights of IUPAC (2016), as in ase.data; isotopes: IUPAC, isotopic compositions of the elements
// (2013).
constexpr Element ELEMENTS[] = {
    {"H", 1.008, 1, 3},        {"He", 4.0026, 3, 4},      {"Li", 6.94, 6, 7},        {"Be", 9.01218, 9, 9},
    {"B", 10.81, 10, 11},      {"C", 12.011, 12, 14},     {"N", 14.007, 14, 15},     {"O", 15.999, 16, 18},
    {"F", 18.9984, 19, 19},    {"Ne", 20.1797, 20, 22},   {"Na", 22.9898, 23, 23},   {"Mg", 24.305, 24, 26},
    {"Al", 26.9815, 27, 27},   {"Si", 28.085, 28, 30},    {"P", 30.9738, 31, 31},    {"S", 32.06, 32, 36},
    {"Cl", 35.45, 35, 37},     {"Ar", 39.948, 36, 40},    {"K", 39.0983, 39, 41},    {"Ca", 40.078, 40, 48},
    {"Sc", 44.9559, 45, 45},   {"Ti", 47.867, 46, 50},    {"V", 50.9415, 50, 51},    {"Cr", 51.9961, 50, 54},
    {"Mn", 54.938, 55, 55},    {"Fe", 55.845, 54, 58},    {"Co", 58.9332, 59, 59},   {"Ni", 58.6934, 58, 64},
    {"Cu", 63.546, 63, 65},    {"Zn", 65.38, 64, 70},     {"Ga", 69.723, 69, 71},    {"Ge", 72.63, 70, 76},
    {"As", 74.9216, 75, 75},   {"Se", 78.971, 74, 82},    {"Br", 79.904, 79, 81},    {"Kr", 83.798, 78, 86},
    {"Rb", 85.4678, 85, 87},   {"Sr", 87.62, 84, 88},     {"Y", 88.9058, 89, 89},    {"Zr", 91.224, 90, 96},
    {"Nb", 92.9064, 93, 93},   {"Mo", 95.95, 92, 100},    {"Tc", 97.9072, 97, 99},   {"Ru", 101.07, 96, 104},
    {"Rh", 102.906, 103, 103}, {"Pd", 106.42, 102, 110},  {"Ag", 107.868, 107, 109}, {"Cd", 112.414, 106, 116},
    {"In", 114.818, 113, 115}, {"Sn", 118.71, 112, 124},  {"Sb", 121.76, 121, 123},  {"Te", 127.6, 120, 130},
    {"I", 126.904, 127, 127},  {"Xe", 131.293, 124, 136}, {"Cs", 132.905, 133, 133}, {"Ba", 137.327, 130, 138},
    {"La", 138.905, 138, 139}, {"Ce", 140.116, 136, 142}, {"Pr", 140.908, 141, 141}, {"Nd", 144.242, 142, 150},
    {"Pm", 144.913, 145, 147}, {"Sm", 150.36, 144, 154},  {"Eu", 151.964, 151, 153}, {"Gd", 157.25, 152, 160},
    {"Tb", 158.925, 159, 159}, {"Dy", 162.5, 156, 164},   {"Ho", 164.93, 165, 165},  {"Er", 167.259, 162, 170},
    {"Tm", 168.934, 169, 169}, {"Yb", 173.054, 168, 176}, {"Lu", 174.967, 175, 176}, {"Hf", 178.49, 174, 180},
    {"Ta", 180.948, 180, 181}, {"W", 183.84, 180, 186},   {"Re", 186.207, 185, 187}, {"Os", 190.23, 184, 192},
    {"Ir", 192.217, 191, 193}, {"Pt", 195.084, 190, 198}, {"Au", 196.967, 197, 197}, {"Hg", 200.592, 196, 204},
    {"Tl", 204.38, 203, 205},  {"Pb", 207.2, 204, 208},   {"Bi", 208.98, 209, 209},  {"Po", 208.982, 208, 210},
    {"At", 209.987, 209, 211}, {"Rn", 222.018, 211, 222}, {"Fr", 223.02, 223, 223},  {"Ra", 226.025, 223, 228},
    {"Ac", 227.028, 227, 227}, {"Th", 232.038, 230, 232}, {"Pa", 231.036, 231, 231}, {"U", 238.029, 233, 238},
    {"Np", 237.048, 236, 237}, {"Pu", 244.064, 238, 244}, {"Am", 243.061, 241, 243}, {"Cm", 247.07, 243, 248}};

constexpr double ROUNDING = 0.1;  // u; largest error of a weight in an input, which may have one decimal
constexpr double DEFECT = 0.12;   // u; largest difference of an isotope's mass from its mass number

const Element* find(const std::string& symbol) {
    for (const Element& element : ELEMENTS) {
        if (symbol == element.symbol) return &element;
    }
    return nullptr;
}

}  // namespace

double atomic_weight(const std::string& symbol) {
    const Element* element = find(symbol);
    return element == nullptr ? 0.0 : element->weight;
}

bool may_have_mass(const std::string& symbol, double mass) {
    const Element* element = find(symbol);
    if (element == nullptr || std::abs(mass - element->weight) <= ROUNDING) return true;
    const double number = std::round(mass);
    return number >= element->lightest && number <= element->heaviest && std::abs(mass - number) <= DEFECT;
}

std::string element_of_weight(double mass) {
    const Element* nearest = ELEMENTS;
    for (const Element& element : ELEMENTS) {
        if (std::abs(mass - element.weight) < std::abs(mass - nearest->weight)) nearest = &element;
    }
    return std::abs(mass - nearest->weight) <= ROUNDING ? nearest->symbol : "";
}

}  // namespace tumble
