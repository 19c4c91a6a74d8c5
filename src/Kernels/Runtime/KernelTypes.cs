using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace DeepSharp.Kernels;

/// <summary>The types that a GPU kernel is made of: a user's operator may be among them.</summary>
internal static class KernelTypes
{
    // The assembly that ILGPU generates code into.
    private const string Generated = "ILGPURuntime";

    /// <summary>Throws if generated code cannot see what a kernel's type arguments and those of the class around it are made of.</summary>
    internal static void RequireVisible(MethodInfo kernel)
    {
        foreach (Type argument in (IEnumerable<Type>)[kernel.DeclaringType!, .. kernel.GetGenericArguments()])
        {
            RequireVisible(argument);
        }
    }

    /// <summary>Whether a kernel computes in Float32 and neither reads nor writes doubles: its types name the one and not the others.</summary>
    internal static bool IsSingle(MethodInfo kernel)
    {
        HashSet<Type> named = [];
        foreach (Type type in (IEnumerable<Type>)
            [.. kernel.DeclaringType!.GetGenericArguments(), .. kernel.GetGenericArguments(), .. kernel.GetParameters().Select(static p => p.ParameterType)])
        {
            AddNamed(type, named);
        }

        return (named.Contains(typeof(F32)) || named.Contains(typeof(float))) && !named.Contains(typeof(F64)) && !named.Contains(typeof(double));
    }

    // What a type is made of, but for plain numbers in fields: those are an operator's constants.
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Trimmed programs have no GPUs: see GpuSupport.")]
    private static void AddNamed(Type type, HashSet<Type> named)
    {
        if (!named.Add(type))
        {
            return;
        }

        foreach (Type argument in type.GetGenericArguments())
        {
            AddNamed(argument, named);
        }

        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (field.FieldType is { IsValueType: true, IsPrimitive: false, IsEnum: false })
            {
                AddNamed(field.FieldType, named);
            }
        }
    }

    private static void RequireVisible(Type kernel)
    {
        if (FindHidden(kernel) is { } hidden)
        {
            throw new ArgumentException(
                $"{hidden.Name}: the type {hidden.FullName} is part of a kernel and is not public, or a type around it is not. Kernels of GPUs are "
                + "made of public types only: make it, and what it is nested in, public.");
        }
    }

    private static Type? FindHidden(Type type)
    {
        foreach (Type argument in type.GetGenericArguments())
        {
            if (FindHidden(argument) is { } hidden)
            {
                return hidden;
            }
        }

        Type definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        if (definition.IsVisible || definition.Assembly == typeof(KernelTypes).Assembly)
        {
            return null;
        }

        bool isFriend = definition.Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Any(static a => a.AssemblyName == Generated);
        for (Type? outer = definition; outer is not null; outer = outer.DeclaringType)
        {
            bool open = outer.IsPublic || outer.IsNestedPublic;
            bool within = outer.IsNotPublic || outer.IsNestedAssembly || outer.IsNestedFamORAssem;
            if (!open && !(within && isFriend))
            {
                return definition;
            }
        }

        return null;
    }
}
