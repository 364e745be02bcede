#pragma once
/// Copies between NumPy arrays and the vectors of the core. Shapes are checked here, once.

#include <pybind11/numpy.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tumble/base/error.h"
#include "tumble/graph/structure.h"

namespace tumble::bindings {

template <typename T>
using Array = pybind11::array_t<T, pybind11::array::c_style | pybind11::array::forcecast>;

template <typename T>
pybind11::array_t<T> to_array(const std::vector<T>& values, std::vector<pybind11::ssize_t> shape) {
    pybind11::array_t<T> array(std::move(shape));
    std::copy(values.begin(), values.end(), array.mutable_data());
    return array;
}

/// Copy a vector of N std::array<T, K> to an array [N, K].
template <typename T, std::size_t K>
pybind11::array_t<T> to_array(const std::vector<std::array<T, K>>& values) {
    pybind11::array_t<T> array({static_cast<pybind11::ssize_t>(values.size()), static_cast<pybind11::ssize_t>(K)});
    if (!values.empty()) std::copy_n(values[0].data(), K * values.size(), array.mutable_data());
    return array;
}

inline pybind11::array_t<double> to_array(const Matrix3& matrix) {
    pybind11::array_t<double> array({3, 3});
    std::copy_n(matrix[0].data(), 9, array.mutable_data());
    return array;
}

inline pybind11::array_t<double> to_array(const std::vector<Matrix3>& matrices) {
    pybind11::array_t<double> array(
        {static_cast<pybind11::ssize_t>(matrices.size()), pybind11::ssize_t{3}, pybind11::ssize_t{3}});
    if (!matrices.empty()) std::copy_n(matrices[0][0].data(), 9 * matrices.size(), array.mutable_data());
    return array;
}

template <typename T>
std::vector<T> to_vector(const Array<T>& array, const std::string& name) {
    if (array.ndim() != 1) throw StructureError(message("`", name, "`: expected 1 dimension, got ", array.ndim()));
    return {array.data(), array.data() + array.size()};
}

inline std::vector<Vector3> to_vectors(const Array<double>& array, const std::string& name) {
    if (array.ndim() != 2 || array.shape(1) != 3) throw StructureError(message("`", name, "`: expected shape [N, 3]"));
    std::vector<Vector3> vectors(static_cast<std::size_t>(array.shape(0)));
    if (!vectors.empty()) std::copy_n(array.data(), array.size(), vectors[0].data());
    return vectors;
}

inline Matrix3 to_matrix(const Array<double>& array, const std::string& name) {
    if (array.ndim() != 2 || array.shape(0) != 3 || array.shape(1) != 3) {
        throw StructureError(message("`", name, "`: expected shape [3, 3]"));
    }
    Matrix3 matrix;
    std::copy_n(array.data(), 9, matrix[0].data());
    return matrix;
}

}  // namespace tumble::bindings
