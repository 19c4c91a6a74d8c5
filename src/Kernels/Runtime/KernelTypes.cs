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
